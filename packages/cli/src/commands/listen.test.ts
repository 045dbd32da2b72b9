import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runChild } from "../testing/run-main.ts";
import { startServe } from "../testing/serve-process.ts";

let scratch: string;
let receiver: Server;
let arrived: { headers: IncomingHttpHeaders; body: string }[];
let status: number;
let forwardTo: string;
let ends: (() => Promise<unknown>)[];

beforeEach(async () => {
  scratch = mkdtempSync(join(tmpdir(), "settld-listen-"));
  arrived = [];
  status = 200;
  ends = [];
  receiver = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    arrived.push({ headers: request.headers, body });
    response.writeHead(status).end("thanks");
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => receiver.once("listening", resolve));
  forwardTo = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
});
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  receiver.closeAllConnections();
  receiver.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** `settld listen` as a process. */
const startListen = (args: readonly string[], env: Readonly<Record<string, string>>) => {
  const bin = fileURLToPath(new URL("../bin.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@settld/source", bin, "listen", ...args], {
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => {
    printed.stdout += chunk.toString("utf8");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    printed.stderr += chunk.toString("utf8");
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const end = async (): Promise<number | null> => {
    child.kill("SIGTERM");
    return ended;
  };
  ends.push(end);
  return { printed, end };
};

const freePort = async (): Promise<string> => {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return String(port);
};

describe("settld listen", () => {
  test("posts what happens, signed with the secret that it printed, over restarts of the server", async () => {
    const port = await freePort();
    let serve = await startServe(scratch, ["--port", port]);
    ends.push(async () => serve.end("SIGTERM"));
    const made = await runChild(
      ["admin", "keys", "create", "--tenant", "operator", "--scope", "operator", "--format", "json"],
      { cwd: scratch },
    );
    const apiKey = /settld_[A-Za-z0-9_-]{43}/.exec(made.stdout)?.[0] ?? "";
    expect([made.stderr, apiKey.length]).toEqual(["", 50]);
    const keyFile = join(scratch, "api.key");
    writeFileSync(keyFile, `${apiKey}\n`);
    const act = async (path: string, body: object): Promise<void> => {
      const response = await fetch(`${serve.url}${path}`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${apiKey}`,
          "content-type": "application/json",
          "idempotency-key": `${path} ${JSON.stringify(body).slice(-60)}`,
        },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(await response.text());
    };
    const { settler } = (await (
      await fetch(`${serve.url}/v1/account`, { headers: { authorization: `Bearer ${apiKey}` } })
    ).json()) as { settler: string };
    const deposit = (reference: string) =>
      act("/v1/deposits", { party: settler, amount: { value: "1", assetCode: "USD", assetScale: 2 }, reference });
    await deposit("before");
    const listen = startListen(
      [
        "--url",
        serve.url,
        "--forward-to",
        forwardTo,
        "--api-key-file",
        keyFile,
        "--types",
        "deposit.booked",
        "--since",
        "1h",
      ],
      {},
    );
    await expect.poll(() => arrived.length, { timeout: 10_000 }).toBe(1);
    await deposit("while it listens");
    await expect.poll(() => arrived.length, { timeout: 10_000 }).toBe(2);
    expect(await serve.end("SIGTERM")).toBe(0);
    await expect.poll(() => listen.printed.stderr, { timeout: 10_000 }).toMatch(/; trying again\n/);
    serve = await startServe(scratch, ["--port", port]);
    await deposit("after the restart");
    status = 503;
    await expect.poll(() => arrived.length, { timeout: 15_000 }).toBe(3);
    await expect.poll(() => listen.printed.stdout.split("\n").length, { timeout: 5_000 }).toBe(5);
    expect(await listen.end()).toBe(0);
    const [secretLine = "", ...lines] = listen.printed.stdout.trimEnd().split("\n");
    const secret = /^secret (whsec_\S+)$/.exec(secretLine)?.[1] ?? "";
    expect(
      lines.map((line) =>
        line
          .split(" ")
          .slice(1)
          .filter((_, at) => at !== 1),
      ),
    ).toEqual([
      ["deposit.booked", "200"],
      ["deposit.booked", "200"],
      ["deposit.booked", "503"],
    ]);
    for (const { headers, body } of arrived) {
      const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
      const expected = createHmac("sha256", Buffer.from(secret.slice(6), "base64"))
        .update(signed)
        .digest("base64");
      expect(headers["webhook-signature"]).toBe(`v1,${expected}`);
      expect(Object.keys(JSON.parse(body))).toEqual(["type", "timestamp", "data"]);
    }
    expect(new Set(arrived.map(({ headers }) => headers["webhook-id"])).size).toBe(3);
    expect(JSON.stringify(listen.printed)).not.toContain(apiKey);
  }, 60_000);

  test.each([
    [["--url", "http://settle.example"], { SETTLD_API_KEY: "k" }, /--url: expected a URL with https/],
    [["--url", "https://settle.example"], {}, /expected an API key/],
    [["--url", "https://settle.example", "--api-key-file", "/none"], {}, /CLI_INPUT: --api-key-file: .*no such file/],
    [["--url", "https://settle.example", "--since", "yesterday"], { SETTLD_API_KEY: "k" }, /--since: expected a time/],
    [["--url", "https://settle.example"], { SETTLD_API_KEY: "k", SETTLD_WEBHOOK_SECRET: "s" }, /SETTLD_WEBHOOK_SECRET/],
  ])("%j is refused in one line", async (args, env, expected) => {
    const run = await runChild(["listen", "--forward-to", forwardTo, ...args], { env: { SETTLD_API_KEY: "", ...env } });
    expect([run.exitCode, run.stdout]).toEqual([2, ""]);
    expect(run.stderr).toMatch(/^settld: CLI_[^\n]*\n$/);
    expect(run.stderr).toMatch(expected);
  });

  test("a key that the server refuses ends it with the server's code", async () => {
    const refusing = createServer((_, response) => {
      response.writeHead(401, { "content-type": "application/problem+json" });
      response.end(
        JSON.stringify({ code: "HTTP_UNAUTHENTICATED", detail: "the API key is unknown or revoked", retryable: false }),
      );
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => refusing.once("listening", resolve));
    const url = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
    const run = await runChild(["listen", "--url", url, "--forward-to", forwardTo], { env: { SETTLD_API_KEY: "k" } });
    refusing.close();
    expect([run.exitCode, run.stderr]).toEqual([
      2,
      "settld: HTTP_UNAUTHENTICATED: the API key is unknown or revoked\n",
    ]);
  });
});
