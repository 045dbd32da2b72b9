import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { layOutTarballs } from "./steps-ci.ts";

const tree = mkdtempSync(join(tmpdir(), "settld-image-"));
afterAll(() => rmSync(tree, { recursive: true }));

test("the image is made of the signed tarballs of the server, and of no others that lay there", () => {
  const names = ["settld", "@settld/server", "@settld/verifier", "@settld/kernel", "@settld/protocol", "@settld/sdk"];
  const files = join(tree, "files");
  writeFileSync(join(tree, "pnpm-workspace.yaml"), "packages:\n  - packages/*\n");
  mkdirSync(files);
  for (const [index, name] of names.entries()) {
    mkdirSync(join(tree, `packages/p${index}`), { recursive: true });
    writeFileSync(join(tree, `packages/p${index}/package.json`), JSON.stringify({ name, version: "0.1.0" }));
    writeFileSync(join(files, `${name.replace("@", "").replace("/", "-")}-0.1.0.tgz`), name);
  }
  mkdirSync(join(tree, "deploy/tarballs"), { recursive: true });
  writeFileSync(join(tree, "deploy/tarballs/settld-0.0.9.tgz"), "of another release");
  const laid = layOutTarballs(tree, files);
  expect(laid).toHaveLength(5);
  expect(readdirSync(join(tree, "deploy/tarballs"))).toEqual([...laid].sort());
  expect(laid).not.toContain("settld-sdk-0.1.0.tgz");
});
