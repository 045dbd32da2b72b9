import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { base64urlEncode, canonicalize, jwkFromPublicKey, signerFromSeed } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportText } from "../report/read-report.ts";
import { signStatement, statementOf } from "../report/statement.ts";
import { runCommand } from "../testing/run-command.ts";
import { CONTEXT, faultyCase, HELLO, sampleReport } from "../testing/sample-report.ts";
import { verifyReportCommand } from "./verify-report.ts";

const folder = mkdtempSync(join(tmpdir(), "settld-conform-"));
const at = (name: string): string => join(folder, name);
const put = (name: string, content: string | Uint8Array): string => {
  writeFileSync(at(name), content);
  return at(name);
};
const verify = (...args: readonly string[]) => runCommand(verifyReportCommand(), ...args);

const hostile = { ...HELLO, implementation: { name: "a\u001b[2Jb", version: "::error::c" } };
const report = sampleReport(faultyCase, { adapter: { via: "cmd:./x", hello: hostile }, stderr: "" });

beforeAll(async () => {
  const seed = new Uint8Array(32).fill(4);
  const signer = await signerFromSeed(seed, defaultCrypto);
  const cases = report.cases.map((result) =>
    result.status === "not-applicable"
      ? { ...result, status: "skipped" as const, detail: "dsse.verify: later" }
      : result,
  );
  const made = sampleReport(undefined, { adapter: report.adapter }, cases);
  put("report.json", reportText(made));
  put("good.json", reportText(sampleReport()));
  const file = { name: "report.json", bytes: readFileSync(at("report.json")) };
  const tested = { name: "verifier", bytes: readFileSync(put("verifier", "binary")) };
  put("report.dsse.json", await signStatement(statementOf(made, CONTEXT, file, [tested]), signer));
  put("pub.json", canonicalize(jwkFromPublicKey(signer.publicKey)));
  put("private.json", canonicalize({ ...jwkFromPublicKey(signer.publicKey), d: base64urlEncode(seed) }));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("verify-report", () => {
  test("ends with the exit code of the run, and says that nobody signed", async () => {
    expect(await verify(at("good.json"))).toMatchObject({ exitCode: 0, error: undefined });
    const run = await verify(at("report.json"));
    expect(run).toMatchObject({ exitCode: 1, error: undefined });
    expect(run.stdout).toMatch(/^a\\u\{1b\}\[2Jb ::error::c: fails\. /);
    expect(run.stdout).toMatch(/No statement was given/);
  });

  test("names what was tested when a statement is right", async () => {
    const signed = ["--statement", at("report.dsse.json"), "--key"];
    for (const key of ["pub.json", "private.json"]) {
      const run = await verify(at("report.json"), ...signed, at(key), "--subject", at("verifier"));
      expect(run.error).toBeUndefined();
      expect(run.stdout).toMatch(/signed by the given key\.\nTested: verifier sha256:[0-9a-f]{64}\n$/);
    }
    const other = put("other", "another binary");
    const run = await verify(at("report.json"), ...signed, at("pub.json"), "--subject", other);
    expect(run.error).toMatch(/^CONF_REPORT: statement: expected .*other among the subjects/);
    expect((await verify(at("good.json"), ...signed, at("pub.json"))).error).toMatch(/^CONF_REPORT: statement/);
  });

  test("refuses what is no report, and names the file", async () => {
    const path = put("changed.json", readFileSync(at("report.json"), "utf8").replace('"exitCode":1', '"exitCode":0'));
    expect(await verify(path)).toMatchObject({
      error: expect.stringMatching(/^CONF_REPORT: .*changed\.json: \/exitCode/),
    });
    expect((await verify(put("no.json", "{}"))).error).toMatch(/^CONF_REPORT: .*no\.json: expected a report/);
    expect((await verify(at("absent.json"))).error).toMatch(/^CLI_INPUT: .*no such file/);
  });

  test("wants statement and key together", async () => {
    expect((await verify(at("report.json"), "--key", at("pub.json"))).error).toMatch(/^CLI_USAGE/);
    expect((await verify(at("report.json"), "--statement", at("report.dsse.json"))).error).toMatch(/^CLI_USAGE/);
    expect((await verify(at("report.json"), "--subject", at("verifier"))).error).toMatch(/^CLI_USAGE/);
    const text = put("key.txt", "no key");
    const run = await verify(at("report.json"), "--statement", at("report.dsse.json"), "--key", text);
    expect(run.error).toMatch(/^CLI_KEY: .*key\.txt/);
  });
});
