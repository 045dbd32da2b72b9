import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../workspace.ts";
import { type Ask, asking, drillKey, enroll, type Parties, settle } from "./client.ts";
import { makeNextVersion, schemaVersion } from "./next-version.ts";
import type { Place } from "./place.ts";
import { metric, type Ran, type Serving, serve, settld } from "./program.ts";
import type { Steps } from "./steps.ts";

const SETTLER = "https://settler.example";

/** Goes through docs/playbooks/rollback.md with real processes over a folder, or over a database. */
export async function drillRollback(
  { step, check }: Steps,
  scratch: string,
  deals: number,
  place: Place,
): Promise<void> {
  const version = schemaVersion(place.store);
  const keys: string[] = [];
  for (const name of ["settler", "registry"]) {
    writeFileSync(join(scratch, `${name}.jwk`), await drillKey(name), { mode: 0o600 });
    keys.push(`--${name}-key`, join(scratch, `${name}.jwk`));
  }
  const run = (args: readonly string[], tree?: string): Promise<Ran> =>
    settld([...args, ...place.at], tree, place.env());
  const start = (args: readonly string[] = [], tree?: string): Promise<Serving> =>
    serve([...place.at, ...keys, ...args], tree, place.env());
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
  const reconciled = async (tree: string = root): Promise<boolean> => (await run(["reconcile"], tree)).code === 0;
  const stop = async (serving: Serving): Promise<void> =>
    check("the process ended by itself, with 0", (await serving.end()) === 0);

  const old = await step(`version ${version} serves, and ${deals} agreements are settled`, async () => {
    const serving = await start(["--settler-id", SETTLER]);
    const made = await run(["admin", "keys", "create", "--tenant", "operator", "--scope", "operator"]);
    key = made.stdout.trim();
    await deal(asking(serving.url, key), deals);
    return serving;
  });
  await stop(old);

  const tree = await step("the next version is laid out", async () => makeNextVersion(join(scratch, "next")));
  await place.keepOld();
  const next = await step(`version ${version + 1} starts, and migrates the store`, () => start([], tree));
  check("there is a copy of what was there", place.hasOld());
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
  const meanwhile = await run(["admin", "rollback", "--to", String(version)], tree);
  check(
    "nothing is taken back under a server that runs",
    meanwhile.code === 2 && meanwhile.stderr.includes("STORE_LOCKED"),
    meanwhile,
  );
  await stop(next);

  const refused = await run(["serve", "--port", "0", ...keys]);
  check(
    "the old version does not touch a newer store",
    refused.code === 2 && refused.stderr.includes("STORE_VERSION"),
    refused,
  );

  const began = performance.now();
  await step("way 1: the newer program takes its step back", async () => {
    const back = await run(["admin", "rollback", "--to", String(version)], tree);
    check(
      "it says which",
      back.code === 0 && back.stdout.includes(`took back the step to version ${version + 1}`),
      back,
    );
  });
  check("the book agrees with its logs before anybody is let in", await reconciled());
  const again = await step("the old version serves again", () => start());
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

  await place.keepOld();
  const twice = await step("the next version once more, with one more agreement", () => start([], tree));
  const before = ids.length;
  await deal(asking(twice.url, key), 1);
  await stop(twice);
  await step("way 2: the copy from before the migration takes its place", () => place.putOldBack());
  check("the book agrees with its logs", await reconciled());
  const last = await step("the old version serves the copy", () => start());
  const kept = await held(asking(last.url, key));
  check("what came after the copy is gone, and only that", kept === before, { kept, before });
  await deal(asking(last.url, key), 1);
  await stop(last);
  check("the book agrees with its logs at the end", await reconciled());
}
