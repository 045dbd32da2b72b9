import { globSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { PATIENCE, randomOf, runs } from "@settld/testkit";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import type * as sdk from "../index.ts";
import { AMOUNT, CHECKED, startWorld } from "../testing/world.ts";
import type { Validator } from "../verification/schema-check.ts";
import { INITIAL_STATE, operationsModule, ROUND_CONSTANTS, sha256Module, small, validatorsModule } from "./small.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "settld-sdk-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bundle = async (entry: string): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [join(root, "packages/sdk/src", entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    plugins: [small("web")],
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
};

const load = async <T>(name: string, text: string): Promise<T> => {
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, text);
  return (await import(pathToFileURL(file).href)) as T;
};

/** What a page loads before it does anything: the entry, and what that imports without `import()`. */
const loadedAtOnce = async (entry: string): Promise<number> => {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(root, "packages/sdk/src", entry)],
    bundle: true,
    splitting: true,
    outdir: folder,
    metafile: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    plugins: [small("web")],
    logLevel: "error",
  });
  const entries = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint?.endsWith(`src/${entry}`));
  expect(entries.flatMap(({ imports }) => imports.map(({ kind }) => kind))).not.toContain("import-statement");
  const text = outputFiles.find(({ path }) => path.endsWith(`/${entry.replace(".ts", ".js")}`))?.text ?? "";
  return gzipSync(text, { level: 9 }).length;
};

// What a page loads, minified and compressed, with everything of ours inside. A kilobyte has 1000 bytes.
test.each([
  ["core.ts", 15_000],
  ["index.ts", 40_000],
  ["webhooks.ts", 6_000],
])("%s weighs at most %i bytes and asks a browser for nothing of Node", async (entry, budget) => {
  const text = await bundle(entry);
  expect(await loadedAtOnce(entry)).toBeLessThanOrEqual(budget);
  expect(/["']node:|\brequire\(|\bprocess\b/.exec(text)?.[0]).toBeUndefined();
});

test("the small table of operations is the written one", async () => {
  const { OPERATIONS: ours } = await load<{ OPERATIONS: object }>("operations", operationsModule());
  const { OPERATIONS: theirs } = await import("../gen/operations.ts");
  expect(ours).toEqual(theirs);
});

test("the small canonical JSON and base64 say what the fast ones say", async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: 'export { base64Decode, base64Encode, base64urlEncode, canonicalize } from "@settld/protocol";',
      resolveDir: join(root, "packages/sdk/src"),
    },
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    plugins: [small("web")],
  });
  const theirs = await import("@settld/protocol");
  const ours = await load<typeof theirs>("canonical", outputFiles[0]?.text ?? "");
  const random = randomOf(5);
  const outcome = (run: () => unknown): string => {
    try {
      return String(run());
    } catch (error) {
      return (error as Error).message;
    }
  };
  for (const value of [
    ...documents(),
    "\ud800",
    -0,
    1.5,
    Object.fromEntries([..."zyxwvutsrqponmlkjihgfedcbaZYX"].map((c) => [c, 1])),
  ]) {
    expect(outcome(() => ours.canonicalize(value))).toBe(outcome(() => theirs.canonicalize(value)));
  }
  for (let length = 0; length < 700; length += 1 + random(9)) {
    const bytes = Uint8Array.from({ length }, () => random(256));
    const text = theirs.base64Encode(bytes);
    expect(ours.base64Encode(bytes)).toBe(text);
    expect(ours.base64urlEncode(bytes)).toBe(theirs.base64urlEncode(bytes));
    const bent = `${text.slice(0, random(length + 1))}${"=-\n A"[random(5)]}${text}`;
    for (const one of [text, bent, text.slice(1)]) {
      expect(outcome(() => ours.base64Decode(one))).toBe(outcome(() => theirs.base64Decode(one)));
    }
  }
});

test("the bundle for browsers settles work, and catches a lie, on WebCrypto alone", async () => {
  const { Settld } = await load<typeof sdk>("sdk", await bundle("index.ts"));
  const world = await startWorld();
  try {
    const client = (party: typeof world.buyer, fetch = globalThis.fetch) =>
      new Settld({
        baseUrl: world.server.url,
        apiKey: party.apiKey,
        party: party.id,
        signer: party.signer,
        registryKey: world.server.registryKey,
        fetch,
        platform: { now: world.server.time.now },
      });
    const offer = { seller: world.seller.id, checkers: { quality: world.checker.id }, amount: AMOUNT, policy: CHECKED };
    const { id } = await client(world.buyer).agreements.create(offer);
    await client(world.seller).agreements.accept(id);
    await client(world.buyer).agreements.fund(id);
    const submitted = await client(world.seller).agreements.submit(id, { files: { "a.csv": "a" } });
    const submission = submitted.submission!.digest;
    await client(world.checker).agreements.attest(id, { submission, requirement: "ok", result: { ok: true } });
    expect((await client(world.buyer).agreements.bundle(id)).report?.verdict).toBe("accept");
    expect((await client(world.seller).agreements.receipt(id)).statement.predicate.outcome).toBe("full");
    const lying: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      return new Response((await response.text()).replace('"settled"', '"unfunded"'), response);
    };
    await expect(client(world.buyer, lying).agreements.retrieve(id)).rejects.toMatchObject({
      name: "SettldVerificationError",
      code: "STORE_RECONCILIATION",
    });
  } finally {
    await world.close();
  }
});

test("the computed constants of SHA-256 are the written ones, whatever a runtime rounds", () => {
  const written =
    readFileSync(join(root, "packages/protocol/src/sha256.ts"), "utf8").match(/0x[0-9a-f]{8}(?=,)/g) ?? [];
  const computed = [INITIAL_STATE, ROUND_CONSTANTS].flatMap((text) => [
    ...new Int32Array(new Function(`return ${text}`)() as number[]),
  ]);
  expect(computed.map((one) => `0x${(one >>> 0).toString(16).padStart(8, "0")}`)).toEqual(written);
  expect(sha256Module()).not.toContain("0x428a2f98");
  const primes = Array.from({ length: 312 }, (_, n) => n).filter(
    (n) => n > 1 && !Array.from({ length: n - 2 }, (_, below) => below + 2).some((below) => n % below === 0),
  );
  expect(primes).toHaveLength(64);
  for (const prime of primes) {
    const scaled = Math.cbrt(prime) * 2 ** 32;
    expect(Math.abs(scaled - Math.round(scaled)), String(prime)).toBeGreaterThan(2 ** -10);
  }
});

// The verifier of the bundle has another table of codes and other validators, so it is held to the reports that exist.
test("the small verifier says of every golden bundle what the verifier says", async () => {
  const entry = {
    contents: 'export { verifyBundle } from "@settld/verifier";',
    resolveDir: join(root, "packages/sdk/src"),
  };
  const { outputFiles } = await build({
    stdin: entry,
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    plugins: [small("web")],
  });
  const { verifyBundle: ours } = await load<typeof import("@settld/verifier")>("verifier", outputFiles[0]?.text ?? "");
  const { verifyBundle: theirs } = await import("@settld/verifier");
  const { x } = JSON.parse(readFileSync(join(root, "fixtures/golden/registry-key.jwk"), "utf8")) as {
    readonly x: string;
  };
  const options = { root: new Uint8Array(Buffer.from(x, "base64url")) };
  const random = randomOf(7);
  for (const path of globSync("fixtures/golden/*.settld", { cwd: root }).sort()) {
    const bytes = new Uint8Array(readFileSync(join(root, path)));
    expect(await ours(bytes, options), path).toEqual(await theirs(bytes, options));
    for (let round = 0; round < runs(5); round += 1) {
      const at = random(bytes.length);
      const other = bytes.map((byte, index) => (index === at ? byte ^ (1 << random(8)) : byte));
      expect(await ours(other, options), `${path} byte ${at}`).toEqual(await theirs(other, options));
    }
  }
});

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Every document in the vectors: JSON objects, as they stand or in base64. */
const documents = (): Json[] => {
  const found = new Map<string, Json>();
  const visit = (value: Json): void => {
    if (typeof value === "string") {
      if (!/^eyJ[A-Za-z0-9+/]+=*$/.test(value)) return;
      try {
        visit(JSON.parse(Buffer.from(value, "base64").toString("utf8")) as Json);
      } catch {
        // Broken on purpose.
      }
      return;
    }
    if (typeof value !== "object" || value === null) return;
    const isDocument = ["body", "_type", "registry", "account"].some((name) => Object.hasOwn(value, name));
    if (isDocument) found.set(JSON.stringify(value), value);
    for (const one of Object.values(value)) visit(one);
  };
  for (const path of globSync("vectors/**/*.json", { cwd: root, exclude: ["**/node_modules/**"] })) {
    visit(JSON.parse(readFileSync(join(root, path), "utf8")) as Json);
  }
  return [...found.values()];
};

/** The document with one change somewhere: a member less, a member more, or another value. */
const changed = (value: Json, random: (below: number) => number): Json => {
  const strange: Json[] = [
    null,
    true,
    -1,
    0,
    1,
    1.5,
    2 ** 53,
    "",
    "a",
    "é",
    "x".repeat(300),
    [],
    {},
    ["a"],
    "480",
    "1e3",
  ];
  if (typeof value !== "object" || value === null || random(6) === 0) return strange[random(strange.length)] ?? null;
  if (Array.isArray(value)) {
    if (value.length === 0 || random(4) === 0) return [...value, ...value, strange[random(strange.length)] ?? null];
    const at = random(value.length);
    return value.map((one, index) => (index === at ? changed(one, random) : one));
  }
  const names = Object.keys(value);
  const name = names[random(names.length)];
  if (name === undefined || random(8) === 0) return { ...value, [random(2) === 0 ? "more" : "a/b~c"]: null };
  if (random(8) === 0) return Object.fromEntries(Object.entries(value).filter(([one]) => one !== name));
  return { ...value, [name]: changed(value[name] ?? null, random) };
};

test(
  "the small validators say what the compiled ones say, at the same place and for the same reason",
  async () => {
    // A tombstone is read without its schema (verification/tombstone.ts).
    const { tombstone: _, ...compiled } = await load<Record<string, Validator>>(
      "compiled",
      readFileSync(join(root, "packages/protocol/src/gen/validators.js"), "utf8"),
    );
    const { outputFiles } = await build({
      stdin: { contents: validatorsModule(), resolveDir: root },
      bundle: true,
      write: false,
      format: "esm",
      platform: "browser",
    });
    const ours = await load<Record<string, Validator>>("small", outputFiles[0]?.text ?? "");
    expect(Object.keys(ours).sort()).toEqual(Object.keys(compiled).sort());
    const all = documents();
    expect(all.length).toBeGreaterThan(200);
    const random = randomOf(3);
    const verdict = (validator: Validator | undefined, value: unknown) => {
      const fine = validator?.(value);
      const [fault] = validator?.errors ?? [];
      return fine === true ? "fine" : `${fault?.keyword} at ${fault?.instancePath}`;
    };
    let refused = 0;
    const compare = (document: Json): void => {
      for (const name of Object.keys(compiled)) {
        const expected = verdict(compiled[name], document);
        if (expected !== "fine") refused += 1;
        expect(verdict(ours[name], document), `${name} ${JSON.stringify(document).slice(0, 2_000)}`).toBe(expected);
      }
    };
    for (const document of all) {
      compare(document);
      for (let round = 0; round < runs(3); round += 1) compare(changed(document, random));
    }
    expect(refused).toBeGreaterThan(1_000);
  },
  PATIENCE,
);
