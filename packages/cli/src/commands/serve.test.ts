import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer as createHttpServer, request } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HOSTILE_NAMES } from "@settld/output/hostile-corpus";
import {
  base64Encode,
  base64urlEncode,
  digestOf,
  jwkFromPublicKey,
  publicKeyFromJwk,
  sha256,
  signerFromSeed,
  thumbprint,
  utf8,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { afterAll, describe, expect, test } from "vitest";
import { loadServer } from "../server/load-server.ts";
import { PARTY_ID } from "../server/party-id.ts";
import { redactor } from "../server/redact.ts";
import { remoteSigner } from "../server/remote-signer.ts";
import { serverLog } from "../server/request-log.ts";
import { runChild, runMain } from "../testing/run-main.ts";
import { startServe } from "../testing/serve-process.ts";

const scratch = mkdtempSync(join(tmpdir(), "settld-serve-"));
let folders = 0;
const newFolder = (): string => {
  const folder = join(scratch, `${folders++}`);
  mkdirSync(folder);
  return folder;
};
afterAll(() => rmSync(scratch, { recursive: true }));

/** The text of a key file whose seed is the hash of a text. */
async function keyText(name: string): Promise<string> {
  const seed = sha256(utf8(name));
  const { publicKey } = await signerFromSeed(seed, defaultCrypto);
  return JSON.stringify({ ...jwkFromPublicKey(publicKey), d: base64urlEncode(seed) });
}

describe("a first start", () => {
  test("makes the folder and its keys for this user alone, says so, and ends when it is asked to", async () => {
    const cwd = newFolder();
    const serve = await startServe(cwd);
    const { stdout } = serve.printed();
    const dir = join(cwd, ".settld");
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    for (const name of ["settler.jwk", "registry.jwk"]) {
      expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
      expect(stdout).toContain(join(".settld", name));
    }
    const { x, d } = JSON.parse(readFileSync(join(dir, "registry.jwk"), "utf8")) as { x: string; d: string };
    expect(stdout).toContain(x);
    expect(stdout).toContain(thumbprint(publicKeyFromJwk({ kty: "OKP", crv: "Ed25519", x })));
    expect(stdout).not.toContain(d);
    expect(stdout).toMatch(/^ {2}\S.* admin keys create --tenant acme /m);
    expect(await (await fetch(`${serve.url}/healthz`)).json()).toEqual({ status: "ok" });
    const jwks = (await (await fetch(`${serve.url}/.well-known/jwks.json`)).json()) as { keys: { x: string }[] };
    expect(stdout).toContain(jwks.keys[0]?.x);

    // The folder is held alone, but its operator may write API keys, which count at once.
    const second = await runChild(["serve", "--dir", dir, "--port", "0"]);
    expect(second).toMatchObject({ exitCode: 2, stdout: "" });
    expect(second.stderr).toMatch(/^settld: STORE_LOCKED: .*\n$/);
    const made = await runChild(["admin", "keys", "create", "--dir", dir, "--tenant", "acme"]);
    expect(made.stdout).toMatch(/^settld_[A-Za-z0-9_-]{43}\n$/);
    const ask = (): Promise<Response> =>
      fetch(`${serve.url}/v1/account`, { headers: { authorization: `Bearer ${made.stdout.trim()}` } });
    expect(await (await ask()).json()).toMatchObject({ tenant: "acme", parties: [] });
    const id = /^(key_\S+)/.exec(made.stderr)?.[1] ?? "";
    expect((await runMain("admin", "keys", "revoke", id, "--dir", dir)).exitCode).toBe(0);
    expect((await ask()).status).toBe(401);

    expect(await serve.end("SIGTERM")).toBe(0);
    const { stderr } = serve.printed();
    expect(stderr).toMatch(/\nstopped\n$/);
    expect(stderr).toMatch(/GET \/healthz 200 - [\d.]+ ms req_/);
    expect(stderr).toMatch(/GET \/v1\/account 200 tenant acme [\d.]+ ms req_/);
    expect(stderr).toMatch(/GET \/v1\/account 401 HTTP_UNAUTHENTICATED - [\d.]+ ms req_/);
  });

  test("is followed by others under the same ids and keys, and a lost key is not replaced", async () => {
    const cwd = newFolder();
    const key = join(cwd, "own.jwk");
    writeFileSync(key, await keyText("own"));
    const named = ["--settler-id", "https://escrow.example", "--settler-key", key, "--log", "json"];
    const first = await startServe(cwd, named);
    const before = JSON.parse(first.printed().stdout) as { made: string[] };
    expect(before).toMatchObject({ settler: "https://escrow.example", made: [join(".settld", "registry.jwk")] });
    await first.end("SIGKILL");
    const again = await startServe(cwd, ["--settler-key", key, "--log", "json"]);
    expect(JSON.parse(again.printed().stdout)).toEqual({ ...before, made: [], url: again.url });
    expect(await again.end("SIGINT")).toBe(0);

    const cases: [string[], RegExp][] = [
      [
        [],
        /^settld: CLI_INPUT: the settler's key: expected a readable file, .*settler\.jwk \(its public key is [\w-]{43}; --settler-key names it elsewhere\)\n$/,
      ],
      [
        ["--settler-key", key, "--settler-id", "https://x.example"],
        /^settld: CLI_USAGE: --settler-id: expected https:\/\/escrow/,
      ],
      [
        ["--settler-key", join(cwd, ".settld/registry.jwk")],
        /^settld: CLI_KEY: expected the settler's key of the last start, .*--rotate-keys/,
      ],
    ];
    for (const [args, message] of cases) {
      const run = await runChild(["serve", "--dir", join(cwd, ".settld"), "--port", "0", ...args]);
      expect(run).toMatchObject({ exitCode: 2, stdout: "", stderr: expect.stringMatching(message) });
    }
    rmSync(join(cwd, ".settld/registry.jwk"));
    const lost = await runChild(["serve", "--dir", join(cwd, ".settld"), "--port", "0", "--settler-key", key]);
    expect(lost.stderr).toMatch(/^settld: CLI_INPUT: the registry's key: /);
    expect(readdirSync(join(cwd, ".settld"))).not.toContain("registry.jwk");
  });
});

test("after a rotation the old key of the settler goes on when it is named, and no other one does", async () => {
  const cwd = newFolder();
  const path = (name: string): string => join(cwd, `${name}.jwk`);
  for (const name of ["one", "two", "three"]) writeFileSync(path(name), await keyText(name));
  const keysOf = async (url: string): Promise<string[]> => {
    const { keys } = (await (await fetch(`${url}/.well-known/jwks.json`)).json()) as { keys: { x: string }[] };
    return keys.map(({ x }) => x);
  };
  const x = (name: string): string => (JSON.parse(readFileSync(path(name), "utf8")) as { x: string }).x;
  const first = await startServe(cwd, ["--settler-key", path("one")]);
  expect(await keysOf(first.url)).toEqual([x("one")]);
  await first.end("SIGTERM");
  const rotated = ["--settler-key", path("two"), "--rotate-keys"];
  const second = await startServe(cwd, [...rotated, "--old-settler-key", path("one")]);
  expect(await keysOf(second.url)).toEqual([x("two"), x("one")]);
  await second.end("SIGTERM");
  const args = ["--dir", join(cwd, ".settld"), "--port", "0", "--settler-key", path("two"), "--old-settler-key"];
  const stranger = await runChild(["serve", ...args, path("three")]);
  expect(stranger).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/^settld: TRUST_KEY_UNKNOWN: .*\n$/) });
  const lost = await runChild(["serve", ...args, path("four")]);
  expect(lost.stderr).toMatch(/^settld: CLI_INPUT: --old-settler-key: /);
});

test("a request that is running when the server is asked to end is answered first, and no other", async () => {
  const cwd = newFolder();
  const serve = await startServe(cwd);
  const { stdout } = await runChild(["admin", "keys", "create", "--dir", join(cwd, ".settld"), "--tenant", "acme"]);
  const bytes = Buffer.from("some evidence");
  const upload = request(`${serve.url}/v1/evidence/${digestOf(bytes)}`, {
    method: "PUT",
    headers: {
      authorization: `Bearer ${stdout.trim()}`,
      "content-type": "application/octet-stream",
      "content-length": bytes.length,
      // Asks the server to say that it has the request, and reads its body.
      expect: "100-continue",
    },
  });
  const answered = new Promise<number | undefined>((resolve, reject) => {
    upload.on("response", (response) => resolve(response.resume().statusCode));
    upload.on("error", reject);
  });
  upload.flushHeaders();
  await once(upload, "continue");
  const ended = serve.end("SIGTERM");
  let isRefused = false;
  while (!isRefused)
    isRefused = await fetch(`${serve.url}/healthz`).then(
      () => false,
      () => true,
    );
  upload.end(bytes);
  expect(await answered).toBe(201);
  expect(await ended).toBe(0);
});

test("a tenant may ask as often as the operator says, and twice as often at once", async () => {
  const cwd = newFolder();
  const serve = await startServe(cwd, ["--requests-per-second", "1"]);
  const made = await runChild(["admin", "keys", "create", "--dir", join(cwd, ".settld"), "--tenant", "acme"]);
  const ask = (): Promise<Response> =>
    fetch(`${serve.url}/v1/account`, { headers: { authorization: `Bearer ${made.stdout.trim()}` } });
  const answers = await Promise.all([ask(), ask(), ask()]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 429]);
  expect(await serve.end("SIGTERM")).toBe(0);
});

describe("what is refused before anything is made", () => {
  const refused: [string[], Record<string, string>, RegExp][] = [
    [["--port", "65536"], {}, /CLI_USAGE: --port: expected a number from 0 to 65535/],
    [["--requests-per-second", "0"], {}, /CLI_USAGE: --requests-per-second: expected a number from 1 to 999999/],
    [["--port", "0", "--host", "nope.invalid"], {}, /CLI_LISTEN: expected to listen at nope\.invalid/],
    [["--settler-key", "nope.jwk"], {}, /CLI_INPUT: --settler-key: expected a readable file/],
    [
      ["--settler-key", "k", "--settler-signer", "https://x.example"],
      {},
      /CLI_USAGE: .* --settler-key and --settler-signer/,
    ],
    [["--settler-key", "k"], { SETTLD_SETTLER_KEY: "{}" }, /CLI_USAGE: .* --settler-key and SETTLD_SETTLER_KEY/],
    [["--registry-root", "A".repeat(43)], {}, /KEY_/],
    [
      ["--settler-id", "my escrow"],
      {},
      /CLI_USAGE: --settler-id: expected a URI such as https:\/\/you\.example, .*found "my escrow"\n$/,
    ],
    [["--registry-id", "https://You.example"], {}, /CLI_USAGE: --registry-id: .*found "https:\/\/You\.example"\n$/],
    [["--registry-root", "k", "--registry-key", "k"], {}, /CLI_USAGE: .*--registry-root or/],
    [["--settler-signer", "http://signer.example"], {}, /CLI_USAGE: --settler-signer: expected a URL with https/],
    [
      ["--settler-signer", "http://127.0.0.1:1/"],
      {},
      /CLI_INPUT: --settler-signer: expected a signer that answers, found bad port/,
    ],
    [[], { SETTLD_REGISTRY_KEY: "{}" }, /KEY_JWK: SETTLD_REGISTRY_KEY: /],
  ];
  test.each(refused)("%j", async (args, env, message) => {
    const dir = join(newFolder(), "store");
    const port = args.includes("--port") ? [] : ["--port", "0"];
    const run = await runChild(["serve", "--dir", dir, ...port, ...args], { env });
    expect(run).toMatchObject({ exitCode: 2, stdout: "" });
    expect(run.stderr).toMatch(/^settld: [A-Z_0-9]+: [^\n]*\n$/);
    expect(run.stderr).toMatch(message);
    expect(existsSync(dir)).toBe(false);
  });

  test("a port that is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as AddressInfo;
    const dir = join(newFolder(), "store");
    const run = await runChild(["serve", "--dir", dir, "--port", `${port}`]);
    expect(run).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^settld: CLI_LISTEN: .*EADDRINUSE\) \(--port N, 0 takes any free one\)\n$/),
    });
    expect(existsSync(dir)).toBe(false);
    taken.close();
  });
});

test("the rule for ids on the command line is that of the schema", () => {
  const path = new URL("../../../../schemas/common.schema.json", import.meta.url);
  const { $defs } = JSON.parse(readFileSync(path, "utf8")) as { $defs: { partyId: { pattern: string } } };
  // An escape that makes no difference may be written or not.
  const plain = (source: string): string => source.replaceAll("\\[", "[");
  expect(plain(PARTY_ID.source)).toBe(plain(new RegExp($defs.partyId.pattern).source));
});

test("a key that a failed start made is told of by the next one, which tells of none that was used before", async () => {
  const cwd = newFolder();
  const dir = join(cwd, ".settld");
  mkdirSync(dir);
  writeFileSync(join(dir, "registry.jwk"), "{}");
  const failed = await runChild(["serve", "--dir", dir, "--port", "0"]);
  expect(failed).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/^settld: KEY_JWK: /) });
  expect(readdirSync(dir)).toContain("settler.jwk");
  rmSync(join(dir, "registry.jwk"));
  const first = await startServe(cwd);
  expect(first.printed().stdout).toContain(join(".settld", "settler.jwk"));
  expect(await first.end("SIGTERM")).toBe(0);
  const second = await startServe(cwd);
  expect(second.printed().stdout).not.toContain("settler.jwk");
  expect(await second.end("SIGTERM")).toBe(0);
});

describe("a folder that is none, or somebody else's", () => {
  const commands = [["serve", "--port", "0"], ["reconcile"], ["admin", "keys", "list"]];

  test.each(commands)("a file: %s", async (...args) => {
    const dir = join(newFolder(), "file");
    writeFileSync(dir, "");
    expect(await runChild([...args, "--dir", dir])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `settld: CLI_INPUT: expected a folder, found a file: ${dir}\n`,
    });
  });

  test.each(commands)("no permission: %s", async (...args) => {
    const dir = join(newFolder(), "store");
    mkdirSync(dir);
    chmodSync(scratch, 0o755);
    chmodSync(dir, 0);
    // Root may do everything, so it asks as somebody else.
    const isRoot = process.getuid?.() === 0;
    const run = await runChild([...args, "--dir", dir], isRoot ? { uid: 65_534 } : {});
    chmodSync(dir, 0o700);
    expect(run).toMatchObject({ exitCode: 2, stdout: "" });
    expect(run.stderr).toMatch(
      /^settld: CLI_INPUT: expected a folder that you may read and write, found permission denied \(EACCES\): \S+ \(it belongs to user \d+, mode 00\)\n$/,
    );
  });
});

test("a key that anyone guesses is refused", async () => {
  for (const byte of [0, 0xff]) {
    const seed = new Uint8Array(32).fill(byte);
    const { publicKey } = await signerFromSeed(seed, defaultCrypto);
    const text = JSON.stringify({ ...jwkFromPublicKey(publicKey), d: base64urlEncode(seed) });
    const dir = join(newFolder(), "store");
    const run = await runChild(["serve", "--dir", dir, "--port", "0"], { env: { SETTLD_SETTLER_KEY: text } });
    expect(run).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^settld: KEY_TEST: SETTLD_SETTLER_KEY: /),
    });
    expect(existsSync(dir)).toBe(false);
  }
});

test("keys that everybody knows are refused, for the settler as for the registry", async () => {
  const text = await keyText("settld demo key, everyone knows it: settler");
  const { x } = JSON.parse(text) as { x: string };
  const dir = join(newFolder(), "store");
  const cases: [string[], Record<string, string>][] = [
    [[], { SETTLD_SETTLER_KEY: text }],
    [[], { SETTLD_REGISTRY_KEY: text }],
    [["--registry-root", x], {}],
  ];
  for (const [args, env] of cases) {
    const run = await runChild(["serve", "--dir", dir, "--port", "0", ...args], { env });
    expect(run).toMatchObject({ exitCode: 2, stdout: "", stderr: expect.stringMatching(/^settld: KEY_TEST: .*\n$/) });
  }
  // Such an attempt does not stand in the way of a start with a key of one's own.
  const serve = await startServe(newFolder(), ["--dir", dir]);
  expect(await serve.end("SIGTERM")).toBe(0);
});

describe("a remote signer", () => {
  type Reply = (method: string, body: string) => { status?: number; location?: string; body: object };
  const withSigner = async (reply: Reply, work: (url: string, asked: string[]) => Promise<void>): Promise<void> => {
    const asked: string[] = [];
    const http = createHttpServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      asked.push(`${request.method} ${request.headers.authorization ?? "-"}`);
      const answer = reply(request.method ?? "", body);
      const location = answer.location === undefined ? {} : { location: answer.location };
      response
        .writeHead(answer.status ?? 200, { "content-type": "application/json", ...location })
        .end(JSON.stringify(answer.body));
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => http.once("listening", resolve));
    try {
      await work(`http://127.0.0.1:${(http.address() as AddressInfo).port}/`, asked);
    } finally {
      http.closeAllConnections();
      http.close();
    }
  };

  test("holds the settler's key, and the server shows it and none of its own", async () => {
    const signer = await signerFromSeed(sha256(utf8("remote")), defaultCrypto);
    const jwk = jwkFromPublicKey(signer.publicKey);
    await withSigner(
      () => ({ body: { jwk } }),
      async (url, asked) => {
        const cwd = newFolder();
        const serve = await startServe(cwd, ["--settler-signer", url], { SETTLD_SETTLER_SIGNER_TOKEN: "s3cret" });
        const { keys } = (await (await fetch(`${serve.url}/.well-known/jwks.json`)).json()) as { keys: object[] };
        expect(keys).toMatchObject([{ x: jwk.x }]);
        expect(await serve.end("SIGTERM")).toBe(0);
        expect(readdirSync(join(cwd, ".settld"))).not.toContain("settler.jwk");
        expect(asked).toEqual(["GET Bearer s3cret"]);
        expect(JSON.stringify(serve.printed())).not.toContain("s3cret");
      },
    );
  });

  test("is believed only when its signature verifies", async () => {
    const signer = await signerFromSeed(sha256(utf8("remote")), defaultCrypto);
    const other = await signerFromSeed(sha256(utf8("other")), defaultCrypto);
    const message = utf8("message");
    const good = { sig: base64Encode(await signer.sign(message)) };
    const answers: [object, number, boolean][] = [
      [good, 200, true],
      [good, 500, false],
      [{ sig: base64Encode(await other.sign(message)) }, 200, false],
      [{ sig: 1 }, 200, false],
      [{}, 200, false],
      [[], 200, false],
    ];
    for (const [body, status, isFine] of answers) {
      const faults: string[] = [];
      const reply: Reply = (method, text) => {
        if (method === "GET") return { body: { jwk: jwkFromPublicKey(signer.publicKey) } };
        expect(JSON.parse(text)).toEqual({ keyid: signer.keyid, message: base64Encode(message) });
        return { status, body };
      };
      await withSigner(reply, async (url) => {
        const onFault = (error: Error): void => void faults.push(error.message);
        const remote = await remoteSigner(url, { option: "--settler-signer", token: undefined, onFault });
        const signing = remote.sign(message);
        if (isFine) expect(base64Encode(await signing)).toBe(good.sig);
        else await expect(signing).rejects.toMatchObject({ code: "HTTP_UNAVAILABLE" });
      });
      expect(faults).toHaveLength(isFine ? 0 : 1);
    }
  });

  test("that sends us elsewhere is not followed", async () => {
    const signer = await signerFromSeed(sha256(utf8("remote")), defaultCrypto);
    const good: Reply = () => ({ body: { jwk: jwkFromPublicKey(signer.publicKey) } });
    await withSigner(good, async (elsewhere, askedElsewhere) => {
      const away: Reply = () => ({ status: 307, location: elsewhere, body: {} });
      await withSigner(away, async (url, asked) => {
        const asking = remoteSigner(url, { option: "--settler-signer", token: "t", onFault: () => {} });
        await expect(asking).rejects.toMatchObject({ code: "CLI_INPUT" });
        expect(asked).toHaveLength(1);
      });
      expect(askedElsewhere).toEqual([]);
    });
  });
});

test("a Node without SQLite, or an installation without the server, is said in one line", async () => {
  await expect(loadServer(false)).rejects.toMatchObject({ code: "CLI_UNSUPPORTED" });
});

describe("the log of requests", () => {
  const record = {
    request: "req_1",
    trace: undefined,
    method: "GET",
    operation: "x",
    tenant: "acme",
    status: 500,
    ms: 1.234,
    replayed: false,
  };
  const linesOf = (format: "pretty" | "json" | "faults", path: string, error: unknown): string => {
    let text = "";
    const log = serverLog(format, {
      write: (more) => {
        text += more;
      },
      redact: redactor({}),
      now: () => 0,
    });
    log.onRequest({ ...record, path, code: "HTTP_INTERNAL", error });
    log.onError(error);
    return text;
  };

  test.each(HOSTILE_NAMES)("shows a name that $why as text", ({ text }) => {
    for (const format of ["pretty", "json", "faults"] as const) {
      const lines = linesOf(format, text, new Error(text));
      expect(lines.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(lines).not.toMatch(/^\s*::|##\[|##vso|##teamcity/m);
    }
    for (const line of linesOf("json", text, undefined).trimEnd().split("\n").slice(0, 1)) {
      expect(JSON.parse(line)).toMatchObject({ path: text, ms: 1.2, at: "1970-01-01T00:00:00.000Z" });
    }
  });

  test("says little when it shall be quiet, and never keeps a fault to itself", () => {
    expect(linesOf("faults", "/v1/x", undefined)).toMatch(/^1970\S+ fault in the background\nundefined\n$/);
    expect(linesOf("faults", "/v1/x", new Error("disk on fire"))).toContain("disk on fire");
  });
});
