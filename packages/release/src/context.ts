import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.ts";
import { publicPackages } from "./workspace.ts";

/** What is being released, and where its files go. */
export type Context = {
  /** Root of the tree that is released. */
  readonly tree: string;
  readonly commit: string;
  /** Time of the commit in seconds: the time of everything that is made from it. */
  readonly epoch: number;
  readonly lockfileSha256: string;
  /** `v` and the version of `settld`. */
  readonly tag: string;
  /** The release folder. */
  readonly files: string;
  /** What the gates read. */
  readonly evidence: string;
};

/** Reads the context of the tree at `tree`, whose commit is what git says. */
export const readContext = async (tree: string): Promise<Context> => {
  const git = async (...args: string[]): Promise<string> => (await run(["git", ...args], { cwd: tree })).stdout.trim();
  const settld = publicPackages(tree).find(({ manifest }) => manifest.name === "settld");
  if (settld === undefined) throw new Error("the tree has no package settld");
  return {
    tree,
    commit: await git("rev-parse", "HEAD"),
    epoch: Number(await git("log", "-1", "--format=%ct")),
    lockfileSha256: createHash("sha256")
      .update(readFileSync(join(tree, "pnpm-lock.yaml")))
      .digest("hex"),
    tag: `v${settld.manifest.version}`,
    files: join(tree, "out/release/files"),
    evidence: join(tree, "out/release/evidence"),
  };
};
