import { formatInstant, jwkFromPublicKey, type Signer, utf8 } from "@settld/protocol";
import { PATIENCE, randomOf, runs } from "@settld/testkit";
import { verifyBundle } from "@settld/verifier";
import { expect, test } from "vitest";
import type { Agreement } from "../gen/types.ts";
import type { Store } from "../store/store.ts";
import { startTestServer, type TestParty, type TestServer, testSigner } from "../testing/index.ts";
import { type Reply, type Send, sendTo } from "./client.ts";
import { eventOf, offerOf, sealed, workOf } from "./job.ts";
import { openTrialStore, trialStoreName } from "./trial-store.ts";

// Whatever parties, operators and clocks do: what the server has signed has to count for whoever verifies it with the
// server's own trust document. A case is named by its seed: SETTLD_FUZZ_SEED=<seed> runs this one alone.
const ONLY = process.env["SETTLD_FUZZ_SEED"];
// A database for each case costs more than the case; what a case does is the same over every store.
const CASES = ONLY === undefined ? runs(trialStoreName() === "SQLite" ? 16 : 3) : 1;
const FIRST: number = ONLY === undefined ? 20_261_122 : Number(ONLY);
const STEPS = 160;

const SETTLER = "https://settler.example";
const START = Date.UTC(2026, 10, 2, 9);
const HOUR = 3_600_000;
const ROLES = ["buyer", "seller", "checker", "arbiter"] as const;

type RoleName = (typeof ROLES)[number];
type Signing = { -readonly [K in keyof TestParty]: TestParty[K] };

/** What happened in all cases together, so that a run which tried nothing fails. */
const happened = new Map<string, number>();
const count = (name: string): void => void happened.set(name, (happened.get(name) ?? 0) + 1);

class Case {
  readonly #draw: (below: number) => number;
  readonly #seed: number;
  readonly #store: Store;
  readonly #settlers: Signer[] = [];
  readonly #revoked = new Set<string>();
  readonly #parties = new Map<RoleName, Signing>();
  readonly #jobs: Agreement[] = [];
  #operator: Send = () => Promise.reject(new Error("no server"));
  #server: TestServer | undefined;
  #now = START;
  #names = 0;

  constructor(seed: number, store: Store) {
    this.#seed = seed;
    this.#draw = randomOf(seed);
    // A server that ends closes its store; the next one goes on with it.
    this.#store = { ...store, close: async () => {} };
  }

  async run(): Promise<void> {
    await this.#rotate();
    for (const role of ROLES) this.#parties.set(role, await this.#running.party(`${this.#seed}-${role}`, role));
    for (const amount of ["400000", "400000"]) {
      await this.#expect(this.#operator, "POST", "/v1/deposits", {
        party: this.#party("buyer").id,
        amount: { value: amount, assetCode: "USD", assetScale: 2 },
        reference: this.#name(),
      });
    }
    await this.#offer();
    for (let step = 0; step < STEPS; step += 1) await this.#step();
    // With all the keys that it ever had, and after all the time in the world.
    await this.#start(this.#settlers);
    for (let hours = 0; hours < 48; hours += 4) await this.#wait(4 * HOUR);
    await this.#check();
    await this.#running.close();
  }

  get #running(): TestServer {
    if (this.#server === undefined) throw new Error("no server");
    return this.#server;
  }

  #party(role: RoleName): Signing {
    const party = this.#parties.get(role);
    if (party === undefined) throw new Error(`no ${role}`);
    return party;
  }

  #name(): string {
    this.#names += 1;
    return `${this.#seed} ${this.#names}`;
  }

  #one<T>(values: readonly T[]): T {
    return values[this.#draw(values.length)] as T;
  }

  // A time as a party's clock may have it, and mostly not before the log's.
  #skewed(least = 0): number {
    const at = this.#now + this.#one([0, 0, 0, 1, -1, 5_000, -5_000, 5_001, this.#draw(5_000)]);
    return this.#draw(8) === 0 ? at : Math.max(at, least);
  }

  #send(role: RoleName): Send {
    const { server } = this.#running;
    return sendTo(server.fetch, "http://settld.example", this.#party(role).apiKey);
  }

  async #step(): Promise<void> {
    const dice = this.#draw(40);
    if (dice < 3) return this.#offer();
    if (dice < 9) return this.#wait(this.#one([1, 1_000, 4_999, 60_000, HOUR - 2_000, HOUR, 2 * HOUR]));
    if (dice < 11) return this.#revoke();
    if (dice < 12) return this.#rotate();
    if (dice < 13) return this.#revokeSettler();
    return this.#act();
  }

  async #start(signers: readonly Signer[]): Promise<void> {
    const [signer, ...oldSigners] = signers.toReversed();
    if (signer === undefined) throw new Error("no key");
    await this.#server?.close();
    const settler = { id: SETTLER, signer, oldSigners };
    this.#server = await startTestServer({
      store: this.#store,
      now: this.#now,
      server: { settler, onError: () => count("fault in the background") },
    });
    this.#operator = sendTo(this.#server.server.fetch, "http://settld.example", this.#server.operatorKey);
  }

  // Old keys go on signing where they are pinned, or are put away for a while.
  async #rotate(): Promise<void> {
    this.#settlers.push(await testSigner(`soundness settler ${this.#name()}`));
    count("rotation");
    await this.#start(this.#draw(3) === 0 ? this.#settlers.slice(-1) : this.#settlers);
  }

  async #wait(ms: number): Promise<void> {
    this.#now += ms;
    await this.#running.advance(ms);
  }

  async #offer(): Promise<void> {
    const by = this.#one(["buyer", "seller"] as const);
    const pin = <T extends { readonly id: string }>(party: T, signers: readonly Signer[]): object =>
      this.#draw(3) > 0
        ? { id: party.id }
        : {
            id: party.id,
            keys: signers.filter((_, index) => index === 0 || this.#draw(2) === 0).map(({ keyid }) => keyid),
          };
    const [buyer, seller, checker, arbiter] = ROLES.map((role) => this.#party(role));
    if (!(buyer && seller && checker && arbiter)) throw new Error("no parties");
    const hasDispute = this.#draw(3) > 0;
    const disputeMs = hasDispute ? this.#one([1, 3_000, HOUR]) : 0;
    const at = this.#skewed();
    const players = { buyer, seller, checker, settler: SETTLER };
    const { body, ...rest } = offerOf(players, this.#name(), at) as { body: { policy: { requirements: object[] } } };
    const settlers = this.#draw(2) === 0 ? this.#settlers : this.#settlers.toReversed();
    const approval = { id: "fine", kind: "approval", onTimeout: this.#one(["pass", "fail"]) };
    const offer = {
      ...rest,
      by: this.#party(by).id,
      body: {
        ...body,
        parties: {
          buyer: pin(buyer, [buyer.signer]),
          seller: pin(seller, [seller.signer]),
          settler: pin({ id: SETTLER }, settlers),
          ...(hasDispute ? { arbiter: pin(arbiter, [arbiter.signer]) } : {}),
          checkers: { quality: pin(checker, [checker.signer]) },
        },
        amount: { value: `${this.#draw(20_000) + 1}`, assetCode: "USD", assetScale: 2 },
        policy: {
          requirements: [...(this.#draw(4) === 0 ? [] : body.policy.requirements), approval].slice(
            0,
            1 + this.#draw(2),
          ),
          payout: { kind: "all-or-nothing" },
        },
        feeBps: this.#one([0, 250, 10_000]),
        acceptBy: formatInstant(at + this.#one([4_000, HOUR, 5 * HOUR])),
        fundBy: formatInstant(at + 6 * HOUR),
        submitBy: formatInstant(at + 9 * HOUR),
        reviewMs: this.#one([0, 1, 4_000, HOUR]),
        attemptsMax: 1 + this.#draw(3),
        holdbackBps: hasDispute ? this.#one([0, 1, 1_000, 10_000]) : 0,
        disputeMs,
        rulingMs: hasDispute ? this.#one([1, 3_000, HOUR]) : 0,
      },
    };
    const reply = await this.#send(by)("POST", "/v1/agreements", { body: await sealed(this.#party(by), offer) });
    this.#take(reply, "offer");
  }

  #take(reply: Reply, what: string): void {
    const { status, body, text } = reply;
    count(`${what} ${status < 300 ? "done" : body?.code}`);
    expect(status, `seed ${this.#seed}: ${what}: ${text}`).not.toBe(500);
    if (status >= 300) return;
    const agreement = body.agreement as Agreement;
    const index = this.#jobs.findIndex(({ id }) => id === agreement.id);
    if (index === -1) this.#jobs.push(agreement);
    else this.#jobs[index] = agreement;
  }

  async #act(): Promise<void> {
    const open = this.#jobs.filter(({ status }) => status !== "closed");
    if (open.length === 0) return this.#offer();
    const known = this.#one(open.slice(-4));
    const path = `/v1/agreements/${known.id}`;
    const read = await this.#operator("GET", path);
    const job = read.body as Agreement;
    this.#jobs[this.#jobs.indexOf(known)] = job;
    switch (job.status) {
      case "offered": {
        const { by } = JSON.parse(atob((await this.#operator("GET", `${path}/events`)).body.data[0].envelope.payload));
        const other = by === this.#party("buyer").id ? "seller" : "buyer";
        return this.#draw(12) === 0
          ? this.#add(job, "buyer", "agreement.cancelled", {})
          : this.#add(job, other, "agreement.accepted", {});
      }
      case "accepted":
        return this.#take(await this.#send("buyer")("POST", `${path}/fund`, { body: {} }), "fund");
      case "funded":
        return this.#submit(job);
      case "review":
        return this.#review(job);
      case "window": {
        const decision = job.decision?.digest;
        const by = this.#one(["buyer", "seller"] as const);
        return this.#add(job, by, "dispute.opened", {
          decision,
          reasonCode: "late",
          ...(this.#draw(2) === 0 ? {} : { items: [await this.#item(by, "complaint.csv")] }),
        });
      }
      case "disputed":
        return this.#add(job, "arbiter", "dispute.resolved", {
          dispute: job.dispute,
          toSeller: `${this.#draw(Number(job.balances.holdback) + 1)}`,
        });
    }
  }

  // Bytes that are there, under a size that is theirs as often as not.
  async #item(by: RoleName, name: string): Promise<object> {
    const { data, digest } = workOf(this.#name());
    if (this.#draw(8) > 0) await this.#send(by)("PUT", `/v1/evidence/${digest}`, { body: data });
    const size = data.length + this.#one([0, 0, 0, 0, 1, -1, 1_000_000]);
    return { name, mediaType: "text/csv", digest, size };
  }

  async #submit(job: Agreement): Promise<void> {
    if (this.#draw(12) === 0) return this.#add(job, "seller", "agreement.cancelled", {});
    await this.#add(job, "seller", "work.submitted", {
      attempt: job.attempt + 1,
      items: [await this.#item("seller", "a.csv")],
    });
  }

  async #review(job: Agreement): Promise<void> {
    const { submission } = job;
    const answer = this.#draw(4) > 0;
    if (this.#draw(3) === 0) {
      return this.#add(job, "buyer", "approval.given", {
        submission: submission?.digest,
        requirement: "fine",
        approved: answer,
      });
    }
    await this.#add(job, "checker", "evidence.attested", {
      submission: submission?.digest,
      subject: submission?.items[0]?.digest,
      requirement: "ok",
      result: { ok: answer },
    });
  }

  async #add(job: Agreement, role: RoleName, type: string, body: object): Promise<void> {
    const party = this.#party(role);
    const envelope = await sealed(party, eventOf(job, type, party, this.#skewed(Date.parse(job.at)), body));
    this.#take(await this.#send(role)("POST", `/v1/agreements/${job.id}/events`, { body: envelope }), type);
  }

  // A party gets rid of its key at any moment, with any time that it likes, and takes a new one.
  async #revoke(): Promise<void> {
    const role = this.#one(ROLES);
    const party = this.#party(role);
    const path = `/v1/parties/${encodeURIComponent(party.id)}/keys`;
    const at = this.#one([
      undefined,
      this.#now - 1,
      this.#now,
      this.#now + this.#draw(10_000),
      START,
      this.#now + HOUR,
    ]);
    const reply = await this.#send(role)("POST", `${path}/${party.signer.keyid}/revoke`, {
      body: {
        reason: this.#one(["superseded", "compromised"]),
        ...(at === undefined ? {} : { at: formatInstant(at) }),
      },
    });
    count(`revocation ${reply.status}`);
    if (reply.status !== 200 || this.#draw(3) === 0) return;
    const signer = await testSigner(`soundness ${role} ${this.#name()}`);
    await this.#expect(this.#operator, "POST", path, { jwk: jwkFromPublicKey(signer.publicKey) });
    // From now on, or after the old one was tried a little more.
    if (this.#draw(2) === 0) await this.#act();
    party.signer = signer;
  }

  // An operator puts away keys that are not the newest.
  async #revokeSettler(): Promise<void> {
    if (this.#settlers.length < 2 || this.#draw(3) > 0) return;
    const { keyid } = this.#one(this.#settlers.slice(0, -1));
    const path = `/v1/parties/${encodeURIComponent(SETTLER)}/keys/${keyid}/revoke`;
    await this.#expect(this.#operator, "POST", path, { reason: "superseded" });
    this.#revoked.add(keyid);
    count("revocation of a settler's key");
  }

  async #expect(send: Send, method: string, path: string, body: object): Promise<void> {
    const { status, text } = await send(method, path, { body });
    expect(status, `seed ${this.#seed}: ${path}: ${text}`).toBeLessThan(300);
  }

  async #check(): Promise<void> {
    for (const { id } of this.#jobs) {
      const bundle = await this.#operator("GET", `/v1/agreements/${id}/bundle`);
      const { body } = await this.#operator("GET", `/v1/agreements/${id}`);
      const report = await verifyBundle(utf8(bundle.text), { root: this.#running.registryKey });
      const findings = report.findings.map(({ code, message }) => `${code} ${message}`);
      const where = `seed ${this.#seed}: ${id} ${body.status}`;
      if (body.status === "closed") {
        expect([report.verdict, ...findings], where).toEqual(["accept"]);
        count(`closed ${body.reason}`);
      } else {
        // All keys that the offer allows are revoked: it waits for ever, and what is there is sound.
        const { data } = (await this.#operator("GET", `/v1/agreements/${id}/events`)).body;
        const { keys } = JSON.parse(atob(data[0].envelope.payload)).body.parties.settler;
        expect(
          keys?.filter((key: string) => !this.#revoked.has(key)),
          where,
        ).toEqual([]);
        expect(
          findings.filter((finding) => !finding.startsWith("BUNDLE_OPEN")),
          where,
        ).toEqual([]);
        count("left open");
      }
    }
    const audit = await this.#operator("GET", "/v1/audit");
    expect(audit.body, `seed ${this.#seed}`).toMatchObject({ ok: true, findings: [] });
  }
}

test(
  "whatever the server has closed is accepted under its own trust document",
  async () => {
    for (let index = 0; index < CASES; index += 1) {
      const { store, remove } = await openTrialStore();
      try {
        await new Case(FIRST + index, store).run();
      } finally {
        await store.close();
        await remove();
      }
    }
    if (ONLY !== undefined || trialStoreName() !== "SQLite") return;
    for (const name of [
      "closed settled",
      "closed cancelled",
      "closed offer-expired",
      "closed unfunded",
      "rotation",
      "revocation 200",
      "revocation 403",
      "revocation of a settler's key",
      "work.submitted BUNDLE_EVIDENCE_SIZE",
      "work.submitted STORE_EVIDENCE_MISSING",
      "dispute.opened done",
      "dispute.resolved done",
      "evidence.attested done",
      "approval.given done",
    ]) {
      expect(happened.get(name) ?? 0, name).toBeGreaterThan(0);
    }
  },
  Math.max(PATIENCE, 120_000),
);
