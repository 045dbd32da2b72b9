import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { integrityOf } from "../pack.ts";
import { ProgramError, run } from "../run.ts";
import { tarballOf } from "../testing/tarball.ts";
import { readManifest } from "./manifest.ts";
import { publish, readPublished } from "./publish.ts";
import { type Registry, startRegistry } from "./registry.ts";

const folder = mkdtempSync(join(tmpdir(), "settld-registry-test-"));
let registry: Registry;

const tarball = (manifest: Readonly<Record<string, unknown>>): string => {
  const path = join(folder, `${`${manifest["name"]}`.replace("/", "-")}-${manifest["version"]}.tgz`);
  writeFileSync(path, tarballOf([{ path: "package/package.json", content: JSON.stringify(manifest) }]));
  return path;
};

const LOCKED = { name: "a-locked-thing", version: "1.2.3" };

beforeAll(async () => {
  const locked = tarball(LOCKED);
  registry = await startRegistry(join(folder, "registry"), new Map([["a-locked-thing@1.2.3", locked]]));
});

afterAll(async () => {
  await registry.close();
  rmSync(folder, { recursive: true });
});

const install = async (name: string, range: string): Promise<readonly string[]> => {
  const place = mkdtempSync(join(folder, "user-"));
  writeFileSync(join(place, "package.json"), JSON.stringify({ private: true, dependencies: { [name]: range } }));
  await run(["npm", "install", "--ignore-scripts", "--fetch-retries=0"], { cwd: place, env: registry.env });
  const { packages } = JSON.parse(readFileSync(join(place, "package-lock.json"), "utf8")) as { packages: object };
  return Object.keys(packages);
};

describe("the local registry", () => {
  test("has the locked versions, and nothing else", async () => {
    expect(await install("a-locked-thing", "^1.0.0")).toContain("node_modules/a-locked-thing");
    await expect(install("a-locked-thing", "^2.0.0")).rejects.toThrow(ProgramError);
    expect((await fetch(`${registry.url}commander`)).status).toBe(404);
  });

  test("takes what is published, and gives the same bytes back", async () => {
    const path = tarball({
      name: "@settld/a-new-thing",
      version: "0.1.0",
      dependencies: { "a-locked-thing": "^1.0.0" },
    });
    const manifest = readManifest(readFileSync(path));
    expect(await readPublished(manifest, registry.url)).toBeUndefined();
    await publish(path, registry.env, ["--tag", "latest"]);
    const there = await readPublished(manifest, registry.url);
    expect(there?.integrity).toBe(integrityOf(path));
    expect(Buffer.from(await (await fetch(there?.tarball ?? "")).arrayBuffer()).equals(readFileSync(path))).toBe(true);
    expect(await install("@settld/a-new-thing", "0.1.0")).toHaveLength(3);
    // A version is published once.
    await expect(publish(path, registry.env, ["--tag", "latest"])).rejects.toThrow(ProgramError);
  });
});

test("a tarball without a manifest is none", () => {
  mkdirSync(join(folder, "x"));
  expect(() => readManifest(tarballOf([{ path: "package/index.js", content: "" }]))).toThrow("no package.json");
});
