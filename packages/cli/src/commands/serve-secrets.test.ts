import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  base64Decode,
  base64Encode,
  base64urlEncode,
  jwkFromPublicKey,
  sha256,
  signerFromSeed,
  utf8,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { afterAll, describe, expect, test } from "vitest";
import { redactor } from "../server/redact.ts";
import { runChild } from "../testing/run-main.ts";
import { startServe } from "../testing/serve-process.ts";

const scratch = mkdtempSync(join(tmpdir(), "settld-secrets-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const TOKEN = "correct horse battery staple";
const REGISTRY_SEED = sha256(utf8("a registry that has a secret"));

/** A signer that sometimes fails, and then tells everything that it was told, as careless programs do. */
async function chattySigner(): Promise<{ readonly url: string; fails: boolean; readonly server: Server }> {
  const signer = await signerFromSeed(sha256(utf8("a settler elsewhere")), defaultCrypto);
  const chatty = { url: "", fails: false, server: undefined as unknown as Server };
  chatty.server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString("utf8");
    });
    request.on("end", async () => {
      if (chatty.fails) {
        response.writeHead(302, { location: `http://x/?token=${request.headers.authorization}` }).end();
        return;
      }
      const answer =
        request.method === "GET"
          ? { jwk: jwkFromPublicKey(signer.publicKey) }
          : {
              sig: base64Encode(
                await signer.sign(base64Decode((JSON.parse(body) as { message: string }).message) ?? utf8("")),
              ),
            };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => chatty.server.listen(0, "127.0.0.1", resolve));
  chatty.url = `http://127.0.0.1:${(chatty.server.address() as AddressInfo).port}/sign`;
  return chatty;
}

test.each(["json", "pretty"] as const)(
  "nothing that a long run with failures prints has a secret in it (%s)",
  async (log) => {
    const cwd = join(scratch, log);
    mkdirSync(cwd);
    const signer = await chattySigner();
    const registryKey = JSON.stringify({
      ...jwkFromPublicKey((await signerFromSeed(REGISTRY_SEED, defaultCrypto)).publicKey),
      d: base64urlEncode(REGISTRY_SEED),
    });
    const serve = await startServe(cwd, ["--log", log, "--settler-signer", signer.url], {
      SETTLD_SETTLER_SIGNER_TOKEN: TOKEN,
      SETTLD_REGISTRY_KEY: registryKey,
      DATABASE_PASSWORD: "hunter2-hunter2",
    });
    const secrets = [TOKEN, base64urlEncode(REGISTRY_SEED), "hunter2-hunter2"];
    const dir = join(cwd, ".settld");
    const key = async (tenant: string, ...scopes: readonly string[]): Promise<string> => {
      const made = await runChild(["admin", "keys", "create", "--dir", dir, "--tenant", tenant, ...scopes]);
      secrets.push(made.stdout.trim());
      return made.stdout.trim();
    };
    const operator = await key("operator", "--scope", "operator");
    const acme = await key("acme");
    let asks = 0;
    const ask = async (method: string, path: string, apiKey?: string, body?: unknown): Promise<Response> => {
      asks += 1;
      const headers: Record<string, string> = { "idempotency-key": `ask ${asks}`, "content-type": "application/json" };
      if (apiKey !== undefined) headers["authorization"] = `Bearer ${apiKey}`;
      const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
      return fetch(`${serve.url}${path}`, { method, headers, ...(text === undefined ? {} : { body: text }) });
    };
    // Everything as it should be.
    await ask("POST", "/v1/parties", operator, {
      id: "https://acme.example",
      roles: ["buyer"],
      keys: [{ jwk: { kty: "OKP", crv: "Ed25519", x: "ZUQ79ThfsCKe8l1pObrfOFhkD81SPG-46hEim-rTRVE" } }],
    });
    const money = { party: "https://acme.example", amount: { value: "5", assetCode: "USD", assetScale: 2 } };
    expect((await ask("POST", "/v1/deposits", operator, { ...money, reference: "r" })).status).toBe(201);
    const endpoint = await ask("POST", "/v1/webhook_endpoints", acme, { url: "https://hooks.acme.example/in" });
    const { secret } = (await endpoint.json()) as { readonly secret?: string };
    if (secret === undefined) throw new Error("expected the secret of an endpoint");
    secrets.push(secret, secret.replace("whsec_", ""));
    // Secrets where they do not belong: in paths, queries, bodies that are none, keys that are unknown.
    const unknown = `settld_${"Ab1-".repeat(10)}xyz`;
    secrets.push(unknown);
    expect((await ask("GET", "/v1/account", unknown)).status).toBe(401);
    expect((await ask("GET", `/v1/${operator}`, acme)).status).toBe(404);
    expect((await ask("GET", `/v1/agreements/${acme}`, acme)).status).toBe(400);
    expect((await ask("GET", `/v1/agreements?cursor=${secret}`, acme)).status).toBe(400);
    expect((await ask("POST", "/v1/deposits", operator, `{"${operator}": ${registryKey}`)).status).toBe(400);
    expect((await ask("POST", `/v1/webhook_endpoints/${secret}/test`, acme, {})).status).toBeGreaterThan(399);
    // A signer that fails, in requests and in the background.
    signer.fails = true;
    expect((await ask("POST", "/v1/deposits", operator, { ...money, reference: "s" })).status).toBe(503);
    await new Promise((resolve) => signer.server.close(resolve).closeAllConnections());
    expect((await ask("POST", "/v1/deposits", operator, { ...money, reference: "s" })).status).toBe(503);
    expect(await serve.end("SIGTERM")).toBe(0);

    const { stdout, stderr } = serve.printed();
    const printed = stdout + stderr;
    for (const text of secrets) {
      expect(printed).not.toContain(text);
      expect(printed).not.toContain(base64Encode(utf8(text)));
    }
    expect(printed).not.toMatch(/Bearer\s+[^\s[]/i);
    expect(stderr).toContain("settld_[secret]");
    if (log === "pretty") return;
    const lines = stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.length).toBeGreaterThanOrEqual(asks);
    for (const line of lines) {
      expect(line).toMatchObject({
        level: expect.stringMatching(/^(?:info|warn|error)$/),
        at: expect.stringMatching(/Z$/),
      });
      if ("request" in line) {
        expect(line).toMatchObject({ status: expect.any(Number), ms: expect.any(Number), path: expect.any(String) });
      }
    }
    const faults = lines.filter(({ status }) => status === 503);
    expect(faults).toHaveLength(2);
    for (const { level, code, error } of faults) {
      expect([level, code]).toEqual(["error", "HTTP_UNAVAILABLE"]);
      expect(error).toContain("caused by");
    }
    expect(readFileSync(join(dir, "store.db")).includes(TOKEN)).toBe(false);
    writeFileSync(join(cwd, "done"), "");
  },
);

describe("what looks like a secret", () => {
  const seed = base64urlEncode(REGISTRY_SEED);
  test.each([
    ["an API key", `settld_${"a".repeat(43)}`, "settld_[secret]"],
    ["a secret of a webhook", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_[secret]"],
    ["a private key of a webhook", "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw==", "whsk_[secret]"],
    ["a header", "authorization: Bearer abc.def-ghi", "authorization: Bearer [secret]"],
    ["a JWK", `{"kty":"OKP","d":"${seed}","x":"public"}`, '{"kty":"OKP","d":"[secret]","x":"public"}'],
    ["a JWK as Node shows it", `{ d: '${seed}' }`, "{ d: '[secret]' }"],
    ["a PEM file", "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\nrest", "[secret key]\nrest"],
    [
      "the URL of a database",
      "at postgres://settld:s3cr:et@db:5432/settld now",
      "at postgres://settld:[secret]@db:5432/settld now",
    ],
    ["a password in a query", "postgres://db/settld?password=s3cret&x=1", "postgres://db/settld?password=[secret]&x=1"],
  ])("is taken out: %s", (_, text, clean) => {
    expect(redactor({})(text)).toBe(clean);
  });

  test("and so is what the process was given, in every form, and nothing else", () => {
    const redact = redactor({
      SETTLD_SETTLER_SIGNER_TOKEN: TOKEN,
      SETTLD_DATABASE_URL: "postgres://settld:p%40ssword-1@db/settld",
      PATH: "/usr/local/bin",
      PGPASSWORD: "short",
    });
    expect(redact(`token ${TOKEN}, p@ssword-1, p%40ssword-1`)).toBe("token [secret], [secret], [secret]");
    expect(redact("/usr/local/bin is short, and shall stay")).toBe("/usr/local/bin is short, and shall stay");
    expect(redact("store sha256:0123 agr req_7f3k2m9q4w1x settld_build_info")).toContain("settld_build_info");
  });
});
