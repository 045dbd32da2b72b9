import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "../workspace.ts";
import { type Ask, asking, enroll, type Parties, settle } from "./client.ts";
import { makeNextVersion, schemaVersion } from "./next-version.ts";
import { metric, type Serving, serve, settld } from "./program.ts";
import type { Steps } from "./steps.ts";

const SETTLER = "https://settler.example";

/** Goes through docs/playbooks/rollback.md with real processes over a folder. */
export async function drillRollback({ step, check }: Steps, scratch: string, deals: number): Promise<void> {
  const dir = join(scratch, "store");
  const version = schemaVersion();
  const args = ["--dir", dir];
  let key = "";
  let parties: Parties | undefined;
  const ids: string[] = [];
  const deal = async (ask: Ask, count: number): Promise<void> => {
    parties ??= await enroll(ask);
    for (let n = 0; n < count; n++) ids.push(await settle(ask, parties, SETTLER));
  };
  const held = async (ask: Ask): Promise<number> => {
    const found = await Promise.allSettled(ids.map((id) => ask("GET", `/v1/agreements/${id}`)));
    return found.filter(({ status }) => status === "fulfilled").length;
  };
  const reconciled = async (tree: string = root): Promise<boolean> =>
    (await settld(["reconcile", ...args], tree)).code === 0;
  const stop = async (serving: Serving): Promise<void> =>
    check("the process ended by itself, with 0", (await serving.end()) === 0);

  const old = await step(`version ${version} serves, and ${deals} agreements are settled`, async () => {
    const serving = await serve([...args, "--settler-id", SETTLER]);
    const made = await settld(["admin", "keys", "create", ...args, "--tenant", "operator", "--scope", "operator"]);
    key = made.stdout.trim();
    await deal(asking(serving.url, key), deals);
    return serving;
  });
  await stop(old);

  const tree = await step("the next version is laid out", async () => makeNextVersion(join(scratch, "next")));
  const next = await step(`version ${version + 1} starts, and migrates the store`, () => serve(args, tree));
  check("a copy of what was there is beside it", existsSync(join(dir, `store-v${version}.db`)));
  await step("it settles, and answers one thing wrong", async () => {
    const ask = asking(next.url, key);
    await deal(ask, 1);
    await Promise.allSettled(Array.from({ length: 5 }, () => ask("GET", "/v1/account")));
  });
  const faults = await metric(next, 'settld_http_requests_total{operation="account.retrieve",status="5xx"}');
  const counted = (await (await fetch(next.metrics)).text()).match(
    /operation="account.retrieve",status="5xx"\} (\d+)/,
  )?.[1];
  check("the metrics show it", Number(counted ?? faults) >= 5, counted);
  await stop(next);

  const refused = await settld(["serve", "--port", "0", ...args]);
  check(
    "the old version does not touch a newer store",
    refused.code === 2 && refused.stderr.includes("STORE_VERSION"),
    refused,
  );

  const began = performance.now();
  await step("way 1: the newer program takes its step back", async () => {
    const back = await settld(["admin", "rollback", "--to", String(version), ...args], tree);
    check(
      "it says which",
      back.code === 0 && back.stdout.includes(`took back the step to version ${version + 1}`),
      back,
    );
  });
  check("the book agrees with its logs before anybody is let in", await reconciled());
  const again = await step("the old version serves again", () => serve(args));
  check(
    `it was away for ${((performance.now() - began) / 1000).toFixed(1)} s`,
    (await fetch(`${again.url}/readyz`)).status === 200,
  );
  check(
    "nothing is lost that the newer one had settled",
    (await held(asking(again.url, key))) === ids.length,
    ids.length,
  );
  check("what was wrong is right", (await asking(again.url, key)("GET", "/v1/account"))["tenant"] === "operator");
  await deal(asking(again.url, key), 1);
  await stop(again);

  const twice = await step("the next version once more, with one more agreement", () => serve(args, tree));
  const before = ids.length;
  await deal(asking(twice.url, key), 1);
  await stop(twice);
  await step("way 2: the copy from before the migration takes its place", async () => {
    const aside = join(scratch, "aside");
    mkdirSync(aside);
    for (const name of ["store.db", "store.db-wal", "store.db-shm"]) {
      if (existsSync(join(dir, name))) copyFileSync(join(dir, name), join(aside, name));
      rmSync(join(dir, name), { force: true });
    }
    copyFileSync(join(dir, `store-v${version}.db`), join(dir, "store.db"));
  });
  check("the book agrees with its logs", await reconciled());
  const last = await step("the old version serves the copy", () => serve(args));
  const kept = await held(asking(last.url, key));
  check("what came after the copy is gone, and only that", kept === before, { kept, before });
  await deal(asking(last.url, key), 1);
  await stop(last);
  check("the book agrees with its logs at the end", await reconciled());
}
