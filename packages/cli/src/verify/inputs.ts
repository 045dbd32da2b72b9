import { readdir, stat } from "node:fs/promises";
import { isSystemError, reasonOf } from "@settld/output";
import type { Code } from "@settld/protocol";

/** Why the bytes of an input could not be obtained. */
export type Unread = { readonly code: Code; readonly message: string };

/**
 * One thing to verify. `name` is what the user sees; `path` is what is opened, as bytes where the name of the file is
 * not UTF-8, and `-` for standard input.
 */
export type Input =
  | { readonly name: string; readonly path: string | Buffer }
  | { readonly name: string; readonly unread: Unread };

const SUFFIX = Buffer.from(".settld");
const SLASH = Buffer.from("/");

/**
 * Turns arguments into inputs, in the order of the arguments. A folder stands for all `*.settld` files in it and
 * below, sorted bytewise by path; links to folders are not followed, so there is always an end.
 */
export async function expandInputs(args: readonly string[]): Promise<Input[]> {
  const inputs: Input[] = [];
  for (const arg of args) {
    if (arg === "-") {
      inputs.push({ name: "-", path: "-" });
      continue;
    }
    try {
      if ((await stat(arg)).isDirectory()) inputs.push(...(await expandFolder(arg)));
      // "-" would be standard input further on, and no file of that name gets here.
      else inputs.push({ name: arg, path: arg });
    } catch (error) {
      inputs.push(unreadable(arg, error));
    }
  }
  return inputs;
}

async function expandFolder(folder: string): Promise<Input[]> {
  const files: Buffer[] = [];
  const failed: Input[] = [];
  const pending: Buffer[] = [Buffer.from(folder)];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const here = next;
    try {
      for (const entry of await readdir(here, { withFileTypes: true, encoding: "buffer" })) {
        const path = Buffer.concat(here.at(-1) === SLASH[0] ? [here, entry.name] : [here, SLASH, entry.name]);
        if (entry.isDirectory()) pending.push(path);
        else if (entry.name.subarray(-SUFFIX.length).equals(SUFFIX) && (await isFile(entry, path))) files.push(path);
      }
    } catch (error) {
      failed.push(unreadable(here.toString("utf8"), error));
    }
  }
  if (files.length === 0 && failed.length === 0) {
    // Zero bundles verified must not look like all bundles accepted.
    return [
      { name: folder, unread: { code: "CLI_INPUT", message: "expected *.settld files in the folder, found none" } },
    ];
  }
  files.sort(Buffer.compare);
  return [...files.map(toInput), ...failed];
}

async function isFile(entry: { readonly isSymbolicLink: () => boolean }, path: Buffer): Promise<boolean> {
  // A link that leads nowhere is kept, so that it is reported and not passed over.
  return (
    !entry.isSymbolicLink() ||
    !(await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    ))
  );
}

function toInput(path: Buffer): Input {
  const name = path.toString("utf8");
  return { name, path: Buffer.from(name).equals(path) ? name : path };
}

function unreadable(name: string, error: unknown): Input {
  if (!isSystemError(error)) throw error;
  return { name, unread: { code: "CLI_INPUT", message: `expected a readable file, found ${reasonOf(error)}` } };
}
