import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { connect } from "../store/sqlite/connection.ts";
import { testSigner } from "../testing/index.ts";
import { evaluate, type Sample } from "./promql.ts";
import { deadLetter, importTrust, makeWatched, SETTLER, type Watched, withdraw } from "./watched.ts";
import type { Tenant } from "./world.ts";

const repository = fileURLToPath(new URL("../../../../", import.meta.url));
const path = join(repository, "deploy/prometheus/alerts.yaml");

type Rule = {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
};
const { groups } = parse(readFileSync(path, "utf8")) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const RULES = groups.flatMap(({ rules }) => rules);

const DAY = 86_400_000;
const HOUR = 3_600_000;
const down = new Error("connect ECONNREFUSED");

type Break = (watched: Watched, alpha: Tenant) => Promise<void>;

/** Changes the store's file behind the server's back. */
const tamper =
  (...statements: readonly string[]): Break =>
  async ({ world }) => {
    const connection = await connect(join(world.folder, "store.db"));
    connection.exec("PRAGMA ignore_check_constraints = ON");
    for (const statement of statements) connection.exec(statement);
    connection.close();
  };

const unbalanced = tamper("UPDATE accounts SET balance = '1000007' WHERE kind = 'available' AND owner LIKE '%buyer%'");
const offers: Break = async ({ world }, alpha) => {
  await Promise.allSettled(["a", "b", "c"].map((name) => world.job(alpha, `offer ${name}`).offer()));
};

/** How each alert is brought about. The server is in order before. */
const SCENES: Readonly<Record<string, Break>> = {
  SettldLedgerImbalance: unbalanced,
  SettldReconciliationFindings: async (watched, alpha) => {
    await unbalanced(watched, alpha);
    await watched.world.operator("GET", "/v1/audit");
  },
  SettldReconciliationOld: async ({ world }) => world.server.advance(8 * DAY),
  SettldOutboxLag: async ({ world, faults }, alpha) => {
    faults.rail = down;
    await withdraw(world, alpha);
    await world.server.advance(HOUR);
  },
  SettldDeadLetters: async ({ world }, { buyer }) => deadLetter(world, buyer.apiKey),
  SettldTimersLate: async ({ world, faults }, alpha) => {
    await world.job(alpha, "late").offer();
    faults.signer = down;
    await world.server.advance(2 * HOUR);
  },
  SettldTrustExpires: async ({ world }) => world.server.advance(26 * DAY),
  SettldTrustExpired: async ({ world }) => world.server.advance(31 * DAY),
  SettldDown: async ({ metrics }) => metrics.close(),
  SettldNotReady: async ({ world }) => world.server.server.drain(),
  SettldErrorRate: async ({ world, faults }) => {
    faults.store = down;
    await world.operator("GET", "/v1/agreements");
    delete faults.store;
  },
  SettldLatency: async (watched, alpha) => {
    watched.faults.signerMs = 1_300;
    await offers(watched, alpha);
  },
  SettldAdmissionSlow: async (watched, alpha) => {
    watched.faults.signerMs = 1_300;
    await offers(watched, alpha);
  },
  SettldEventLoopLag: async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const end = performance.now() + 600;
    while (performance.now() < end);
    await new Promise((resolve) => setTimeout(resolve, 1));
  },
  SettldStoreErrors: async ({ world, faults }) => {
    faults.store = down;
    await world.operator("GET", "/v1/agreements");
    delete faults.store;
  },
  SettldFiguresOld: async ({ world, faults }) => {
    faults.figures = () => {
      throw down;
    };
    await world.server.advance(HOUR / 2);
  },
  SettldDiskFull: async ({ faults }) => {
    faults.figures = (found) => ({ ...found, bytes: { ...found.bytes, free: 1_000_000 } });
  },
  SettldLogLarge: async ({ faults }) => {
    faults.figures = (found) => ({ ...found, bytes: { ...found.bytes, log: 2_000_000_000 } });
  },
  SettldSignerErrors: async (watched, alpha) => {
    watched.faults.signer = down;
    await offers(watched, alpha);
  },
  SettldKeyNotAllowed: async ({ world }) => {
    const { trust } = world.server.server.services;
    const row = await world.store.party(SETTLER);
    if (row === undefined) throw new Error("no settler");
    const revoked = { at: new Date(world.server.time.now()).toISOString(), reason: "compromised" as const };
    await trust.register([{ ...row, keys: row.keys.map((key) => ({ ...key, revoked })) }]);
  },
  SettldBackgroundFaults: async ({ world, faults }, alpha) => {
    faults.rail = down;
    await withdraw(world, alpha);
    await world.server.server.services.payouts.run();
  },
  SettldIdempotencyReused: async ({ world }, { buyer }) => {
    const headers = { "idempotency-key": "the same" };
    for (const value of ["1", "2", "3", "4", "5", "6"]) {
      const amount = { value, assetCode: "USD", assetScale: 2 };
      const body = { party: buyer.id, amount, destination: "bank" };
      await world.send(buyer.apiKey)("POST", "/v1/withdrawals", { headers, body });
    }
  },
};

// With a registry elsewhere, whose document can expire.
const IMPORTED = new Set(["SettldTrustExpires", "SettldTrustExpired"]);

/** What every server does when it is in order. */
async function work({ world }: Watched, alpha: Tenant | undefined, name: string): Promise<void> {
  await world.operator("GET", "/v1/audit");
  if (alpha === undefined) return;
  const job = world.job(alpha, name);
  await job.offer();
  await job.accept();
  await job.fund();
  await job.submit();
  await job.attest();
  await world.send(alpha.buyer.apiKey)("GET", job.path);
}

type Scraped = {
  readonly rule: Rule;
  readonly before: readonly Sample[];
  readonly after: readonly Sample[];
  now: number;
};
const scrapes: { readonly fires: number; readonly of: Scraped }[] = [];

let watched: Watched | undefined;
afterEach(async () => {
  await watched?.close();
  watched = undefined;
});

test("every rule has a severity, a summary, a section of the playbook, and a scene", () => {
  const playbook = readFileSync(join(repository, "docs/playbooks/incident.md"), "utf8");
  const sections = [...playbook.matchAll(/^## (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, "")
      .trim()
      .replaceAll(/\s+/g, "-"),
  );
  for (const { alert, labels, annotations } of RULES) {
    expect(["critical", "warning"], alert).toContain(labels.severity);
    expect(annotations.summary, alert).not.toBe("");
    const [file, section] = annotations.runbook.split("#");
    expect(file, alert).toBe("docs/playbooks/incident.md");
    expect(sections, alert).toContain(section);
  }
  expect(RULES.map(({ alert }) => alert).sort()).toEqual(Object.keys(SCENES).sort());
});

describe("fires when it should and not before", () => {
  test.each(RULES.map((rule) => [rule.alert, rule] as const))("%s", async (alert, rule) => {
    const isImported = IMPORTED.has(alert);
    const registry = await testSigner("registry");
    watched = await makeWatched(isImported ? { registry: { publicKey: registry.publicKey } } : {});
    const { world } = watched;
    let alpha: Tenant | undefined;
    if (isImported) await importTrust(world, 30 * DAY);
    else {
      alpha = await world.tenant("alpha");
      await world.deposit(alpha.buyer.id, "1000000");
    }
    const seconds = (): number => world.server.time.now() / 1e3;
    await work(watched, alpha, "first");
    const first = await watched.scrape();
    await work(watched, alpha, "second");
    const healthy = await watched.scrape();
    const before = { before: first, after: healthy, now: seconds() };
    expect(evaluate(rule.expr, before)).toEqual([]);

    // Nothing that the scene needs is missing; those with an imported document do not look at the tenant.
    await SCENES[alert]?.(watched, alpha as Tenant);
    const after = { before: healthy, after: await watched.scrape(), now: seconds() };
    const found = evaluate(rule.expr, after);
    expect(found.length).toBeGreaterThan(0);
    scrapes.push({ fires: 0, of: { rule, ...before } }, { fires: found.length, of: { rule, ...after } });
  });
});

const scratch = mkdtempSync(join(tmpdir(), "settld-alerts-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;

// Visible as skipped where Prometheus is not installed.
test.skipIf(!hasPromtool)("promtool takes the rules, and finds the same of the same scrapes", () => {
  execFileSync("promtool", ["check", "rules", path], { stdio: "pipe" });
  const tests = scrapes.flatMap(({ fires, of }) => {
    const { rule } = of;
    const wanted = fires === 0 ? [] : [{ labels: "{}", value: fires }];
    const firing = `count(ALERTS{alertname="${rule.alert}",alertstate="firing"})`;
    const seconds = forSeconds(rule) + 300;
    return [
      {
        interval: "1m",
        input_series: series(of, 60),
        promql_expr_test: [
          { expr: `count(${rule.expr})`, eval_time: "1m", exp_samples: wanted },
          ...(fires === 0 ? [] : [{ expr: firing, eval_time: `${seconds}s`, exp_samples: wanted }]),
        ],
      },
    ];
  });
  const file = join(scratch, "tests.yaml");
  writeFileSync(file, stringify({ rule_files: [path], evaluation_interval: "1m", tests }));
  const run = spawnSync("promtool", ["test", "rules", file], { encoding: "utf8" });
  expect(`${run.stdout}${run.stderr}`).toContain("SUCCESS");
  expect(run.status).toBe(0);
});

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };

function forSeconds({ for: duration = "0s" }: Rule): number {
  const [, count = "0", unit = ""] = /^(\d+)([smh])$/.exec(duration) ?? [];
  return Number(count) * (UNITS[unit] ?? Number.NaN);
}

/** Two scrapes as series from the beginning of time: counters go on rising in the same way, gauges stay. */
function series({ rule, before, after, now }: Scraped, at: number): object[] {
  const key = ({ name, labels }: Sample): string =>
    `${name}{${Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`)}}`;
  const names = new Set(rule.expr.match(/\b(?:settld_\w+|up)\b/g));
  const old = new Map(before.map((sample) => [key(sample), sample]));
  const steps = Math.ceil((forSeconds(rule) + 300) / 60) + 1;
  const moved = ({ name, value }: Sample): number => (name.endsWith("_timestamp_seconds") ? value - now + at : value);
  return after
    .filter(({ name }) => names.has(name))
    .map((sample) => {
      const first = old.get(key(sample));
      const isCounter = /_(?:total|bucket|count|sum)$/.test(sample.name);
      const rise = isCounter && first !== undefined ? sample.value - first.value : 0;
      const begin = first === undefined ? "_" : moved(first);
      return { series: key(sample), values: `${begin} ${moved(sample)}+${rise}x${steps}` };
    });
}
