import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { HOSTILE_NAMES } from "@settld/output/hostile-corpus";
import { canonicalize } from "@settld/protocol";
import { parseTrust, type Report, verifyBundle } from "@settld/verifier";
import pc from "picocolors";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { ownProgram, runApartWith } from "./apart.ts";
import { demoCommand } from "./command.ts";
import { runDemo } from "./run-demo.ts";
import type { StoryOptions } from "./story.ts";
import type { Story } from "./story-model.ts";
import type { RunApart } from "./verification.ts";
import { HASTY_STEPS } from "./work/clean-badly.ts";

const GOLDEN = fileURLToPath(new URL("../../../../fixtures/golden", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "settld-demo-test-"));
let folders = 0;
const newFolder = (): string => join(scratch, String(folders++));

afterAll(() => rmSync(scratch, { recursive: true }));
afterEach(() => {
  process.exitCode = undefined;
});

/** `settld demo --out`, in this process and without its output. */
async function command(out: string, parts: Partial<StoryOptions> = {}): Promise<number | string | undefined> {
  const quiet = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    const args = ["--out", out, "--format", "json"];
    await demoCommand({ runApart: answer, ...parts }).parseAsync(args, { from: "user" });
    return process.exitCode ?? undefined;
  } finally {
    quiet.mockRestore();
  }
}

function contentOf(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const hash = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");
  return Object.fromEntries(paths.sort().map((path) => [relative(folder, path).split(sep).join("/"), hash(path)]));
}

/** Answers like `settld verify` in a process of its own, without the price of one. */
const answer: RunApart = async ([, file = "", ...options], files) => {
  const bundle = files.get(file);
  const trust = files.get("trust.json");
  if (bundle === undefined || trust === undefined) throw new Error("no such file");
  const evidence = [...files].filter(([path]) => options.includes("--evidence") && path.startsWith("evidence/"));
  const digestOf = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  const { x } = JSON.parse(Buffer.from(files.get("registry-key.jwk") ?? []).toString()) as { x: string };
  const report = await verifyBundle(bundle, {
    ...(options.includes("--root")
      ? { root: new Uint8Array(Buffer.from(x, "base64url")) }
      : { trust: parseTrust(trust) }),
    evidence: async (digest) => evidence.find(([, bytes]) => digestOf(bytes) === digest)?.[1],
  });
  const open = report.code === "BUNDLE_OPEN" && options.includes("--allow-open");
  const exitCode = report.verdict === "accept" || open ? 0 : report.verdict === "reject" ? 1 : 3;
  return { exitCode, stdout: `${canonicalize({ file, report })}\n` };
};

async function play(parts: Partial<StoryOptions>): Promise<{ story: Story; told: string; out: string }> {
  const out = newFolder();
  const lines: string[] = [];
  const story = await runDemo({
    out,
    colors: pc.createColors(false),
    print: async (more) => void lines.push(...more),
    play: { runApart: answer, ...parts },
  });
  return { story, told: lines.join("\n"), out };
}

const okOf = ({ acts }: Story): boolean[] => acts.map(({ ok }) => ok);

describe("the money demo", () => {
  it("writes what is in fixtures/golden, also in another folder, time zone and language, with real processes", async () => {
    const [program, ...first] = ownProgram();
    const out = newFolder();
    const { stdout } = await promisify(execFile)(program, [...first, "demo", "--out", out], {
      cwd: tmpdir(),
      env: { ...process.env, TZ: "Pacific/Chatham", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", NO_COLOR: "1" },
    });
    expect(contentOf(out)).toEqual(contentOf(GOLDEN));
    // What is told is what is written down, and then where the files are.
    expect(stdout.startsWith(readFileSync(join(GOLDEN, "story.txt"), "utf8"))).toBe(true);
    expect(stdout).toContain("Try next");
  });

  it("writes the same bytes over what it wrote before", async () => {
    const out = newFolder();
    for (let run = 0; run < 2; run++) {
      expect(await command(out)).toBe(0);
      expect(contentOf(out)).toEqual(contentOf(GOLDEN));
    }
    expect(readdirSync(scratch).filter((name) => name.includes(".tmp"))).toEqual([]);
  });

  it("goes PASS, FAIL, PASS and ends in a split", async () => {
    const { story } = await play({});
    expect(story.acts.map(({ outcome }) => outcome)).toEqual(["PASS", "FAIL", "PASS", "SPLIT"]);
    expect(story.acts.map(({ before, after }) => after.seller - before.seller)).toEqual([
      46_800n,
      0n,
      46_800n,
      45_045n,
    ]);
    const codes = Object.fromEntries(
      story.acts.flatMap(({ verifications }) => verifications.map(({ file, report }) => [file, report.code])),
    );
    expect(codes).toEqual({
      "act-1.settld": null,
      "act-1-altered.settld": "BUNDLE_EVIDENCE_DIGEST",
      "act-2-open.settld": "BUNDLE_OPEN",
      "act-1-cheated.settld": "DSSE_SIGNATURE_INVALID",
      "act-1-resigned.settld": "LEDGER_TO_SELLER_MISMATCH",
      "act-3.settld": null,
      "act-4.settld": null,
    });
  });
});

describe("what must not stay unnoticed", () => {
  it("turns act 3 red, and the exit code 1, when the seller does not correct the work", async () => {
    const { story, told } = await play({ correction: HASTY_STEPS });
    expect(okOf(story)).toEqual([true, true, false, true]);
    expect(told).toContain("FAIL, NOT AS IT MUST BE");
    expect(told).toContain("The policy awards: expected 480.00 USD, found 0.00 USD");
    expect(await command(newFolder(), { correction: HASTY_STEPS })).toBe(1);
  });

  const golden = (name: string): Report => JSON.parse(readFileSync(join(GOLDEN, "reports", name), "utf8")) as Report;
  const stubs: readonly (readonly [string, Report])[] = [
    ["accepts everything, with the right facts", golden("act-1.json")],
    ["accepts everything, with the facts of another order", golden("act-4.json")],
    ["accepts everything, without facts", { ...golden("act-1.json"), facts: null }],
    ["rejects everything", golden("act-1-resigned.json")],
    ["is never sure", golden("act-2-open.json")],
  ];

  it.each(stubs)("turns act 1 red when the verifier %s, here and in the other process", async (_, report) => {
    const { story, told } = await play({
      verifyHere: async () => report,
      runApart: async ([, file = ""]) => ({
        exitCode: report.verdict === "accept" ? 0 : 1,
        stdout: `${canonicalize({ file, report })}\n`,
      }),
    });
    expect(okOf(story)[0]).toBe(false);
    expect(story.ok).toBe(false);
    expect(told).toContain("ACT 1  Good work is paid");
    expect(told).toMatch(/ACT 1 .*NOT AS IT MUST BE/);
  });

  it.each(stubs)("turns act 1 red when the verifier in this process alone %s", async (_, report) => {
    expect(okOf((await play({ verifyHere: async () => report })).story)[0]).toBe(false);
  });

  it.each([
    ["says nothing and accepts", "process.exit(0);"],
    ["says nothing and rejects", "process.exit(1);"],
    [
      "accepts with a verdict alone",
      'console.log(JSON.stringify({ file: process.argv[3], report: { verdict: "accept", code: null } }));',
    ],
    ["crashes", 'throw new Error("stub");'],
  ])("turns act 1 red when the program that verifies %s", async (_, source) => {
    const program = join(scratch, "stub.mjs");
    writeFileSync(program, source);
    const { story } = await play({ runApart: runApartWith([process.execPath, program]) });
    expect(okOf(story)[0]).toBe(false);
  });

  it("turns act 1 red when there is no program that verifies", async () => {
    const { story, told } = await play({ runApart: runApartWith([join(scratch, "no-such-program")]) });
    expect(okOf(story)).toEqual([false, false, false, false]);
    expect(told).toContain("ENOENT");
  });

  it("shows what a hostile settler says without obeying it", async () => {
    const hostile = HOSTILE_NAMES.map(({ text }) => text).join(" ");
    const refuse = async (): Promise<never> => {
      throw new Error(hostile);
    };
    const { story, told, out } = await play({
      settler: async () => ({
        advanceTo: refuse,
        putEvidence: refuse,
        submitEvent: refuse,
        fundEscrow: refuse,
        readLog: refuse,
        issueReceipt: refuse,
      }),
    });
    expect(story.ok).toBe(false);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
    expect(told).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/);
    const page = readFileSync(join(out, "report.html"), "utf8");
    expect(page).not.toMatch(/<script|<img|onerror=|\u202e/i);
    expect(page).not.toContain("\u001b");
  });
});

describe("the report", () => {
  const page = readFileSync(join(GOLDEN, "report.html"), "utf8");

  it("loads nothing and runs nothing", () => {
    expect(page).not.toMatch(
      /<script|<link|<img|<iframe|<object|\ssrc=|\sstyle=|\son[a-z]+=|url\(|@import|https?:\/\/(?![a-z-]+\.example)/i,
    );
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? "";
    const hash = createHash("sha256").update(style).digest("base64");
    expect(page).toContain(
      `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
    );
  });

  it("has an explanation for every code and no dead link", () => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const targets = [...page.matchAll(/\shref="#([^"]+)"/g)].map(([, id]) => id);
    expect(targets.length).toBeGreaterThan(40);
    expect(targets.filter((id) => !ids.includes(id))).toEqual([]);
    expect([...page.matchAll(/\shref="(?!#)/g)]).toEqual([]);
  });

  it("names every picture for those who do not see it", () => {
    expect(page.match(/<svg /g)).toHaveLength(4);
    for (let act = 1; act <= 4; act++) {
      expect(page).toContain(`aria-labelledby="flow-${act}-title flow-${act}-desc"`);
      expect(page).toMatch(new RegExp(`<desc id="flow-${act}-desc">[0-9].*USD`));
    }
  });
});

describe("the other files", () => {
  it("has a ledger in which every transaction adds up and nothing looks like a formula", () => {
    const [head, ...rows] = readFileSync(join(GOLDEN, "ledger.csv"), "utf8").trimEnd().split("\r\n");
    expect(head).toBe("act,time,agreement,seq,event,account,owner,out,in,currency,transaction");
    const sums = new Map<string, bigint>();
    for (const row of rows) {
      const cells = row.split(",");
      expect(cells).toHaveLength(11);
      for (const cell of cells) expect(cell).not.toMatch(/^[=+\-@]/);
      const cents = (cell = ""): bigint => BigInt(cell.replace(".", "") || "0");
      const id = cells[10] ?? "";
      sums.set(id, (sums.get(id) ?? 0n) + cents(cells[8]) - cents(cells[7]));
    }
    expect(sums.size).toBe(9);
    expect([...sums.values()].every((sum) => sum === 0n)).toBe(true);
  });

  it("fits on a terminal of 100 columns", () => {
    const lines = readFileSync(join(GOLDEN, "story.txt"), "utf8").split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(92);
  });

  it("is small", () => {
    const sizes = readdirSync(GOLDEN, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2_000_000);
  });
});

describe("the output folder", () => {
  it("is never one that holds something else", async () => {
    const out = newFolder();
    mkdirSync(out);
    writeFileSync(join(out, "thesis.txt"), "mine");
    await expect(command(out)).rejects.toMatchObject({
      code: "CLI_OUTPUT",
      message: expect.stringContaining("thesis.txt"),
    });
    expect(readFileSync(join(out, "thesis.txt"), "utf8")).toBe("mine");
  });

  it("is never one to which somebody added something", async () => {
    const out = newFolder();
    await command(out);
    writeFileSync(join(out, "evidence", "notes.txt"), "mine");
    await expect(command(out)).rejects.toMatchObject({
      code: "CLI_OUTPUT",
      message: expect.stringContaining("evidence/notes.txt"),
    });
    expect(readFileSync(join(out, "evidence", "notes.txt"), "utf8")).toBe("mine");
    rmSync(join(out, "evidence", "notes.txt"));
    writeFileSync(join(out, "act-1.settld"), "changed by hand");
    await command(out);
    expect(contentOf(out)).toEqual(contentOf(GOLDEN));
  });

  it("is never a file or a link", async () => {
    const [file, link, target] = [newFolder(), newFolder(), newFolder()];
    writeFileSync(file, "mine");
    mkdirSync(target);
    symlinkSync(target, link);
    await expect(command(file)).rejects.toMatchObject({ code: "CLI_OUTPUT" });
    await expect(command(link)).rejects.toMatchObject({ code: "CLI_OUTPUT" });
    expect(readFileSync(file, "utf8")).toBe("mine");
  });

  it("is not half there when it cannot be written", async () => {
    const file = newFolder();
    writeFileSync(file, "mine");
    await expect(command(join(file, "out"))).rejects.toMatchObject({ code: "ENOTDIR" });
    expect(readFileSync(file, "utf8")).toBe("mine");
  });
});
