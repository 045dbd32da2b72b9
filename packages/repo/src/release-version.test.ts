import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { getDependencyReleaseLine, getReleaseLine } from "./changelog.ts";
import { readGroups } from "./contract/cover.ts";
import { type ContractFinding, checkContract } from "./contract.ts";
import { addSection, contractSection, distTag, pythonVersion, versionRelease } from "./release-version.ts";
import { copyRepository } from "./testing/copy.ts";
import { readJson, root, workspacePackages } from "./workspace.ts";

let base = "";

const git = (...args: readonly string[]): string =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.test", ...args], {
    cwd: base,
    encoding: "utf8",
  });

const commit = (): void => {
  git("add", "--all");
  git("commit", "--quiet", "--allow-empty", "-m", "state");
};

const read = (path: string): string => readFileSync(join(base, path), "utf8");

const versions = (): Record<string, string> =>
  Object.fromEntries(
    workspacePackages(base)
      .filter(({ manifest }) => manifest.private !== true)
      .map(({ manifest }) => [manifest.name, manifest.version ?? ""]),
  );

const lock = (): { readonly packages: Readonly<Record<string, string>> } => readJson(join(base, "contract.lock.json"));

const changeset = (name: string, bumps: Readonly<Record<string, string>>, text: string): void => {
  const front = Object.entries(bumps).map(([one, bump]) => `"${one}": ${bump}`);
  writeFileSync(join(base, ".changeset", `${name}.md`), `---\n${front.join("\n")}\n---\n\n${text}\n`);
};

beforeAll(() => {
  base = copyRepository();
  // As before the first release, whatever the repository has been through since.
  for (const { dir, manifest } of workspacePackages(base)) {
    if (manifest.version === undefined) continue;
    const path = `${dir}/package.json`;
    writeFileSync(join(base, path), read(path).replace(/"version": "[^"]*"/, '"version": "0.0.0"'));
  }
  for (const path of ["contract.lock.json", "contract", ".changeset/pre.json", ".changeset/pre"]) {
    rmSync(join(base, path), { recursive: true, force: true });
  }
  const published = Object.keys(versions());
  changeset(
    "first",
    Object.fromEntries([...published, "@settld/spec"].map((name) => [name, "minor"])),
    "The first one.",
  );
  git("init", "--quiet", "-b", "main");
  commit();
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

const PYTHON = "packages/verifier-python/src/settld_verifier/__init__.py";

test("versions for PyPI: tags of one's own become development releases", () => {
  expect(["0.1.0", "0.2.0-next.3", "1.0.0-rc", "1.0.0-a.b.12"].map(pythonVersion)).toEqual([
    "0.1.0",
    "0.2.0.dev3",
    "1.0.0.dev0",
    "1.0.0.dev12",
  ]);
});

test("the first release: 0.1.0 everywhere, changelogs, the action, the lock; then nothing is left", () => {
  const { ok, lines } = versionRelease(base);
  expect(lines.join("\n")).toContain('to be published as "latest"');
  expect(ok).toBe(true);
  expect(new Set(Object.values(versions()))).toEqual(new Set(["0.1.0"]));
  expect(lock().packages).toEqual({ ...versions(), "@settld/spec": "0.1.0" });
  for (const { dir, manifest } of workspacePackages(base)) {
    // Ranges between packages follow by themselves, because they name the workspace.
    for (const [name, range] of Object.entries({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
      if (/^(@settld\/|settld)/.test(name)) expect(range).toBe("workspace:*");
    }
    if (manifest.private !== true)
      expect(read(`${dir}/CHANGELOG.md`)).toMatch(/^# \S+\n\n## 0\.1\.0\n[\s\S]*The first one\./);
  }
  expect(read(".github/actions/conform/action.yml")).toMatch(/default: 0\.1\.0\n/);
  expect(read(PYTHON)).toContain('__version__ = "0.1.0"');
  expect(checkContract(base)).toMatchObject({ ok: true, findings: [] });
  commit();
  expect(versionRelease(base).lines).toEqual(["nothing to release: there are no changesets"]);
}, 120_000);

test("a change that is not announced stops a release", () => {
  writeFileSync(join(base, "spec/bytes.md"), `${read("spec/bytes.md")}\n**JSON-99** A clause MUST be new.\n`);
  changeset("sdk", { "@settld/sdk": "patch" }, "Something else.");
  const { ok, lines } = versionRelease(base);
  expect(ok).toBe(false);
  expect(lines.join("\n")).toContain(
    "spec/bytes.md JSON-99: additive, added; needs a patch changeset for @settld/spec",
  );
  expect(versions()["@settld/sdk"]).toBe("0.1.0");
});

test("a pre-release moves versions and leaves the lock; the release after it moves both, and the group as one", () => {
  changeset("clause", { "@settld/spec": "patch", "settld-conform": "minor" }, "A new clause.\n\nIt is JSON-99.");
  commit();
  const changesets = (...args: readonly string[]): string =>
    execFileSync(process.execPath, [join(root, "node_modules/@changesets/cli/bin.js"), ...args], {
      cwd: base,
      encoding: "utf8",
    });
  changesets("pre", "enter", "next");
  expect(distTag(base)).toBe("next");
  const pre = versionRelease(base);
  expect(pre.lines.join("\n")).toContain('to be published as "next"');
  expect(versions()).toMatchObject({
    settld: "0.1.1-next.0",
    "settld-conform": "0.2.0-next.0",
    "@settld/sdk": "0.1.1-next.0",
  });
  expect(lock().packages["settld"]).toBe("0.1.0");
  // Still compared with the last release, and still announced.
  expect(checkContract(base).ok).toBe(true);
  expect(read(".github/actions/conform/action.yml")).toContain("default: 0.2.0-next.0\n");
  expect(read(PYTHON)).toContain('__version__ = "0.1.1.dev0"');
  commit();

  changesets("pre", "exit");
  const done = versionRelease(base);
  expect(done.lines.join("\n")).toContain('to be published as "latest"');
  expect(done.ok).toBe(true);
  const now = versions();
  const [group = []] = readGroups(base);
  expect(new Set(group.filter((name) => name in now).map((name) => now[name]))).toEqual(new Set(["0.1.1"]));
  expect(now["settld-conform"]).toBe("0.2.0");
  expect(lock().packages).toEqual({ ...now, "@settld/spec": "0.1.1" });
  expect(read("spec/CHANGELOG.md")).toMatch(
    /## 0\.1\.1\n[\s\S]*A new clause\.[\s\S]*### Contract\n\n- additive: `spec\/bytes\.md JSON-99`/,
  );
  expect(checkContract(base)).toMatchObject({ ok: true, findings: [] });
}, 120_000);

test("an entry has the words of its changeset and the commit that brought it", async () => {
  expect(await getReleaseLine({ summary: "One.\n\nTwo.", commit: "0123456789" })).toBe("- One. (0123456)\n\n  Two.");
  expect(await getReleaseLine({ summary: "One." })).toBe("- One.");
});

test("what comes along is one line, by version; nothing when nothing moved", async () => {
  const line = await getDependencyReleaseLine(
    [],
    [
      { name: "b", newVersion: "1.0.0" },
      { name: "a", newVersion: "1.0.0" },
      { name: "c", newVersion: "2.0.0" },
    ],
  );
  expect(line).toBe("- Comes with `a`, `b` 1.0.0; `c` 2.0.0.");
  expect(await getDependencyReleaseLine([], [])).toBe("");
});

test("the section about the contract: what breaks first, no more than can be read, under the right version", () => {
  const finding = (level: ContractFinding["level"], where: string): ContractFinding => ({
    level,
    where,
    package: "p",
    rule: "removed",
    revision: false,
    affected: ["p"],
    needs: null,
  });
  const section = contractSection([finding("additive", "a"), finding("breaking", "b"), finding("notice", "c")], "p");
  expect(section).toBe("### Contract\n\n- breaking: `b`: removed\n- additive: `a`: removed");
  expect(contractSection([finding("breaking", "b")], "q")).toBe("");
  expect(
    contractSection(
      Array.from({ length: 50 }, () => finding("breaking", "b")),
      "p",
    ),
  ).toContain("and 10 more");
  expect(addSection("# p\n\n## 2.0.0\n\nx\n\n## 1.0.0\n\ny\n", "2.0.0", section)).toBe(
    `# p\n\n## 2.0.0\n\nx\n\n${section}\n\n## 1.0.0\n\ny\n`,
  );
  expect(addSection("# p\n\n## 1.0.0\n\ny\n", "1.0.0", section)).toBe(`# p\n\n## 1.0.0\n\ny\n\n${section}\n`);
});
