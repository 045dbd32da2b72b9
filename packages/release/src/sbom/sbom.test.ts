import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../run.ts";
import { checkLocked, checkSchema } from "./check-sbom.ts";
import { readLockfile } from "./lockfile.ts";
import { type Component, type Sbom, settle } from "./settle-sbom.ts";

const REGISTRY = "http://127.0.0.1:4873/";
const hex = (byte: string): string => byte.repeat(64);
const integrity = (byte: string): string => `sha512-${Buffer.from(hex(byte), "hex").toString("base64")}`;

const component = (id: string, byte: string): Component => {
  const at = id.lastIndexOf("@");
  const [group, name] = id.startsWith("@") ? id.slice(0, at).split("/") : [undefined, id.slice(0, at)];
  const url = `${REGISTRY}${id.slice(0, at)}/-/x.tgz`;
  return {
    "bom-ref": `installation|${id}`,
    type: "library",
    ...(group === undefined ? {} : { group }),
    name: name ?? "",
    version: id.slice(at + 1),
    externalReferences: [{ type: "distribution", url, hashes: [{ alg: "SHA-512", content: hex(byte) }], comment: "x" }],
  } as Component;
};

const raw: Sbom = {
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  metadata: { component: { "bom-ref": "installation", type: "library", name: "installation" } as Component },
  components: [component("@settld/sdk@1.0.0", "aa"), component("commander@14.0.3", "bb")],
  dependencies: [
    { ref: "installation", dependsOn: ["installation|@settld/sdk@1.0.0"] },
    { ref: "installation|@settld/sdk@1.0.0", dependsOn: ["installation|commander@14.0.3"] },
    { ref: "installation|commander@14.0.3" },
  ],
};

const settled = settle(raw, { name: "@settld/sdk", version: "1.0.0" }, REGISTRY, 1_790_000_000);
const locked = new Map([["commander@14.0.3", integrity("bb")]]);
const released = new Map([["@settld/sdk@1.0.0", integrity("aa")]]);

describe("a bill of materials", () => {
  test("is about the package, and names the public registry", async () => {
    expect(settled.metadata).toMatchObject({
      timestamp: "2026-09-21T14:13:20.000Z",
      component: {
        group: "@settld",
        name: "sdk",
        "bom-ref": "@settld/sdk@1.0.0",
        hashes: [{ alg: "SHA-512", content: hex("aa") }],
      },
    });
    expect(settled.components.map((one) => one["bom-ref"])).toEqual(["commander@14.0.3"]);
    expect(settled.dependencies).toEqual([
      { ref: "@settld/sdk@1.0.0", dependsOn: ["commander@14.0.3"] },
      { ref: "commander@14.0.3" },
    ]);
    expect(JSON.stringify(settled)).not.toContain("127.0.0.1");
    expect(await checkSchema(JSON.stringify(settled))).toEqual([]);
    expect(settle(raw, { name: "@settld/sdk", version: "1.0.0" }, REGISTRY, 1_790_000_000)).toEqual(settled);
    expect(settle(raw, { name: "@settld/sdk", version: "1.0.0" }, REGISTRY, 1_790_000_001).serialNumber).not.toBe(
      settled.serialNumber,
    );
    expect(() => settle(raw, { name: "@settld/sdk", version: "1.0.1" }, REGISTRY, 0)).toThrow(
      "has no @settld/sdk 1.0.1",
    );
  });

  test("red by the schema: an unknown member, another type, a serial number that is none", async () => {
    for (const change of [{ more: 1 }, { bomFormat: "SPDX" }, { serialNumber: "1" }]) {
      expect(await checkSchema(JSON.stringify({ ...settled, ...change }))).not.toEqual([]);
    }
  });

  test("red by the lockfile: what is not in it, other versions, other bytes", () => {
    expect(checkLocked(settled, locked, released)).toEqual([]);
    const planted = { ...settled, components: [...settled.components, component("left-pad@1.3.0", "cc")] };
    expect(checkLocked(planted, locked, released)).toEqual([
      "left-pad@1.3.0 is neither in pnpm-lock.yaml nor in the release",
    ]);
    expect(checkLocked(settled, new Map([["commander@14.0.2", integrity("bb")]]), released)).toHaveLength(1);
    expect(checkLocked(settled, new Map([["commander@14.0.3", integrity("bc")]]), released)).toHaveLength(1);
    expect(checkLocked(settled, locked, new Map([["@settld/sdk@1.0.0", integrity("ab")]]))).toHaveLength(1);
    // The main component is a tarball of the release, whatever a lockfile may say of its name.
    expect(checkLocked(settled, new Map([...locked, ...released]), new Map())).toHaveLength(1);
  });
});

test("the lockfile gives what a package installs, with the integrity of each", () => {
  const { closure, integrities } = readLockfile(join(root, "pnpm-lock.yaml"));
  const names = closure(["packages/cli"]).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["commander", "fast-string-truncated-width", "@sigstore/core"]));
  expect(names).not.toContain("vitest");
  for (const { name, version, integrity: found } of closure(["packages/server", "packages/conform"])) {
    expect(found).toBe(integrities.get(`${name}@${version}`));
    expect(found).toMatch(/^sha512-/);
  }
  expect(closure(["packages/protocol"])).toEqual([]);
});
