import pg from "pg";

/** What a database does without us: the transaction of TPC-B, as `pgbench` has it, by as many connections. */
export type Tpcb = {
  /** One transaction in one call of a function, on a connection of its own for each client. */
  readonly call: (client: number) => Promise<void>;
  /** One transaction as the seven statements of `pgbench`, each a round trip. */
  readonly statements: (client: number) => Promise<void>;
  /** So many transactions in one call, which share a flush. */
  readonly batch: (client: number, size: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

// `pgbench --scale 16`, but with fewer accounts a branch: what counts is who waits for whom, which the branches decide.
const SCALE = 16;
const TELLERS = SCALE * 10;
const ACCOUNTS = SCALE * 10_000;

const SCHEMA = `
  CREATE SCHEMA tpcb;
  SET search_path = tpcb;
  CREATE TABLE branches (bid int PRIMARY KEY, bbalance int) WITH (fillfactor = 50);
  CREATE TABLE tellers (tid int PRIMARY KEY, tbalance int) WITH (fillfactor = 50);
  CREATE TABLE accounts (aid int PRIMARY KEY, abalance int, filler char(84)) WITH (fillfactor = 90);
  CREATE TABLE history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
  INSERT INTO branches SELECT n, 0 FROM generate_series(1, ${SCALE}) n;
  INSERT INTO tellers SELECT n, 0 FROM generate_series(1, ${TELLERS}) n;
  INSERT INTO accounts SELECT n, 0, '' FROM generate_series(1, ${ACCOUNTS}) n;
  ANALYZE branches; ANALYZE tellers; ANALYZE accounts;
  CREATE FUNCTION transact(p_aid int, p_tid int, p_bid int, p_delta int) RETURNS int LANGUAGE plpgsql AS $$
  DECLARE v_balance int;
  BEGIN
    UPDATE tpcb.accounts SET abalance = abalance + p_delta WHERE aid = p_aid;
    SELECT abalance INTO v_balance FROM tpcb.accounts WHERE aid = p_aid;
    UPDATE tpcb.tellers SET tbalance = tbalance + p_delta WHERE tid = p_tid;
    UPDATE tpcb.branches SET bbalance = bbalance + p_delta WHERE bid = p_bid;
    INSERT INTO tpcb.history (tid, bid, aid, delta, mtime) VALUES (p_tid, p_bid, p_aid, p_delta, now());
    RETURN v_balance;
  END $$;
`;

const random = (below: number): number => 1 + Math.floor(Math.random() * below);
const draw = (): readonly number[] => [random(ACCOUNTS), random(TELLERS), random(SCALE), random(10_000) - 5_000];

/** Makes the tables in a database and opens connections to it. */
export async function openTpcb(url: string, clients: number): Promise<Tpcb> {
  const connections = await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = new pg.Client(url);
      await client.connect();
      return client;
    }),
  );
  const [first] = connections;
  await first?.query(SCHEMA);
  const on = async (client: number, name: string, text: string, values: readonly unknown[] = []): Promise<void> => {
    await connections[client]?.query({ name, text, values: [...values] });
  };
  return {
    call: (client) => on(client, "call", "SELECT tpcb.transact($1, $2, $3, $4)", draw()),
    async statements(client) {
      const [aid, tid, bid, delta] = draw();
      await on(client, "begin", "BEGIN");
      await on(client, "account", "UPDATE tpcb.accounts SET abalance = abalance + $1 WHERE aid = $2", [delta, aid]);
      await on(client, "balance", "SELECT abalance FROM tpcb.accounts WHERE aid = $1", [aid]);
      await on(client, "teller", "UPDATE tpcb.tellers SET tbalance = tbalance + $1 WHERE tid = $2", [delta, tid]);
      await on(client, "branch", "UPDATE tpcb.branches SET bbalance = bbalance + $1 WHERE bid = $2", [delta, bid]);
      const insert = "INSERT INTO tpcb.history (tid, bid, aid, delta, mtime) VALUES ($1, $2, $3, $4, now())";
      await on(client, "history", insert, [tid, bid, aid, delta]);
      await on(client, "commit", "COMMIT");
    },
    batch: (client, size) => {
      const rows = Array.from({ length: size }, draw);
      const column = (index: number): number[] => rows.map((row) => row[index] ?? 0);
      const text = `SELECT count(tpcb.transact(a, t, b, d)) FROM unnest($1::int[], $2::int[], $3::int[], $4::int[]) x (a, t, b, d)`;
      return on(client, "batch", text, [column(0), column(1), column(2), column(3)]);
    },
    async close() {
      await Promise.all(connections.map((client) => client.end()));
    },
  };
}
