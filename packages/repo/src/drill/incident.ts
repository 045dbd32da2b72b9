import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Ask, asking, drillKey, drillSigner, enroll, settle, withdraw } from "./client.ts";
import type { Place } from "./place.ts";
import { metric, type Ran, type Serving, serve, settld } from "./program.ts";
import type { Steps } from "./steps.ts";

const SETTLER = "https://settler.example";

/** Goes through docs/playbooks/incident.md with real processes over a folder, or over a database. */
export async function drillIncident(
  { step, check }: Steps,
  scratch: string,
  deals: number,
  place: Place,
): Promise<void> {
  const keys = {
    old: join(scratch, "old.jwk"),
    new: join(scratch, "new.jwk"),
    registry: join(scratch, "registry.jwk"),
  };
  for (const [name, path] of Object.entries(keys)) writeFileSync(path, await drillKey(name), { mode: 0o600 });
  const run = (args: readonly string[]): Promise<Ran> => settld([...args, ...place.at], undefined, place.env());
  const start = (args: readonly string[]): Promise<Serving> =>
    serve([...place.at, "--registry-key", keys.registry, ...args], undefined, place.env());
  const usual = ["--settler-key", keys.old];
  let key = "";
  const ask: Ask = (...asked) => asking(serving.url, key)(...asked);
  const reconcile = (): Promise<Ran> => run(["reconcile"]);
  const stop = async (): Promise<void> => check("the process ended by itself, with 0", (await serving.end()) === 0);

  let serving: Serving = await step(`a server settles ${deals} agreements, and is copied`, async () => {
    const found = await start([...usual, "--settler-id", SETTLER]);
    key = (await run(["admin", "keys", "create", "--tenant", "operator", "--scope", "operator"])).stdout.trim();
    return found;
  });
  const parties = await enroll(ask);
  const ids: string[] = [];
  for (let n = 0; n < deals; n++) ids.push(await settle(ask, parties, SETTLER));
  if (!place.isCopiedWhileServed) await stop();
  check("the copy is there", await place.backUp());
  if (!place.isCopiedWhileServed) serving = await start(usual);
  check("the book agrees with its logs", (await reconcile()).code === 0);

  // ## Ledger imbalance
  await step("ledger imbalance: somebody changes a balance by hand", async () => {
    await place.alter("UPDATE accounts SET balance = '999999999' WHERE kind = 'available' AND owner LIKE '%seller%'");
    // The figures of the store are read four times a minute.
    await until(async () => (await metric(serving, "settld_ledger_imbalance")) > 0, 30_000);
  });
  check("the metric rises", (await metric(serving, "settld_ledger_imbalance")) > 0);
  await step("payouts are held, what is there is exported, and the book is reconciled", async () => {
    await stop();
    serving = await start([...usual, "--hold-payouts"]);
    const asked = ["--registry-key", keys.registry, "--out", join(scratch, "export"), "--format", "json"];
    const exported = await run(["admin", "export", ...asked]);
    // The bundles in it are what nobody can change any more; that the balance is wrong it says too.
    check(
      "everything is exported, and says what does not fit",
      exported.code === 1 && exported.stdout.includes("seller.example"),
      exported,
    );
    const found = await reconcile();
    check("reconciliation names the account", found.code === 1 && found.stdout.includes("seller.example"), found);
    await until(async () => (await metric(serving, "settld_reconciliation_findings")) > 0, 30_000);
  });
  check("and its findings are metrics", (await metric(serving, "settld_reconciliation_findings")) > 0);
  await step("the copy from before takes the store's place", async () => {
    await stop();
    await place.putBack();
  });
  check("the book agrees with its logs", (await reconcile()).code === 0);

  // ## Stuck outbox
  serving = await step("stuck outbox: payouts are held still, and somebody asks for one", () =>
    start([...usual, "--hold-payouts"]),
  );
  const withdrawal = await withdraw(ask);
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  const status = async (): Promise<unknown> => (await ask("GET", `/v1/withdrawals/${withdrawal}`))["status"];
  check("it is booked, and waits", (await status()) === "pending");
  await stop();
  serving = await step("payouts go on", () => start(usual));
  await until(async () => (await status()) === "done", 30_000);
  check("it is paid, once", (await status()) === "done");
  check("nothing is left in the outbox", (await metric(serving, 'settld_outbox_pending{kind="payout"}')) === 0);

  // ## Key compromise
  await step("key compromise: another key is made the settler's, and the old one is revoked", async () => {
    await stop();
    serving = await start(["--settler-key", keys.new, "--old-settler-key", keys.old, "--rotate-keys"]);
    const { keyid } = await drillSigner("old");
    await ask("POST", `/v1/parties/${encodeURIComponent(SETTLER)}/keys/${keyid}/revoke`, { reason: "compromised" });
  });
  ids.push(await settle(ask, parties, SETTLER));
  const jwks = (await (await fetch(`${serving.url}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] };
  check("the new key is first", jwks.keys[0]?.kid === (await drillSigner("new")).keyid, jwks.keys);
  await stop();
  serving = await step("the old key is taken away", () => start(["--settler-key", keys.new]));
  ids.push(await settle(ask, parties, SETTLER));
  check("the book agrees with its logs, also what the old key signed", (await reconcile()).code === 0);
  const bundle = await fetch(`${serving.url}/v1/agreements/${ids.at(-1)}/bundle`, {
    headers: { authorization: `Bearer ${key}` },
  });
  const file = join(scratch, "deal.settld");
  writeFileSync(file, new Uint8Array(await bundle.arrayBuffer()));
  const { d: _, ...registry } = JSON.parse(await readText(keys.registry)) as Record<string, string>;
  writeFileSync(join(scratch, "registry.pub.jwk"), JSON.stringify(registry));
  const verified = await settld(["verify", file, "--root", join(scratch, "registry.pub.jwk")]);
  check("and so does whoever has a bundle", verified.code === 0, verified);

  // ## Store lost
  await step("store lost: the process is killed and its database is gone", async () => {
    await serving.end("SIGKILL");
    await place.lose();
  });
  await step("the copy takes its place, with the keys of its time", async () => {
    await place.putBack();
    serving = await start(["--settler-key", keys.new, "--old-settler-key", keys.old, "--rotate-keys"]);
  });
  check("the book agrees with its logs", (await reconcile()).code === 0);
  const kept = (await Promise.allSettled(ids.map((id) => ask("GET", `/v1/agreements/${id}`)))).filter(
    (one) => one.status === "fulfilled",
  ).length;
  check("what came after the copy is gone, and only that", kept === deals, { kept, deals });
  await settle(ask, parties, SETTLER);
  await stop();
}

async function readText(path: string): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  return readFile(path, "utf8");
}

async function until(holds: () => Promise<boolean>, ms: number): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`expected it within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
