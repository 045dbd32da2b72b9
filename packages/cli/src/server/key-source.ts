import { join } from "node:path";
import { isSystemError, reasonOf, writeFileAtomic } from "@settld/output";
import { isSettldError, type Signer } from "@settld/protocol";
import { inputError } from "../exit.ts";
import { readInput } from "../io/read.ts";
import { newPrivateKey, readPrivateKey } from "../keys/private-key.ts";
import { remoteSigner } from "./remote-signer.ts";

/** Whose key it is. */
export type KeyRole = "settler" | "registry";

/** Where a key of the server comes from. */
export type KeySource =
  | { readonly from: "file"; readonly path: string; readonly option: string }
  | { readonly from: "environment"; readonly text: string; readonly name: string }
  | { readonly from: "signer"; readonly url: string; readonly option: string; readonly token: string | undefined }
  /** A file in the folder of the store, made when the store is new. */
  | { readonly from: "folder"; readonly path: string };

/** What the user said about one key. */
export type KeyAsked = {
  readonly role: KeyRole;
  readonly dir: string;
  /** `--settler-key` or `--registry-key`. */
  readonly file: string | undefined;
  /** `--settler-signer` or `--registry-signer`. */
  readonly signer: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
};

/**
 * Finds where a key comes from.
 *
 * @throws SettldError `CLI_USAGE` when several places are named: which of them counts would be a guess.
 */
export function keySource({ role, dir, file, signer, env }: KeyAsked): KeySource {
  const name = `SETTLD_${role.toUpperCase()}_KEY`;
  const tokenName = `SETTLD_${role.toUpperCase()}_SIGNER_TOKEN`;
  const text = env[name];
  const token = env[tokenName];
  const found: KeySource[] = [];
  if (file !== undefined) found.push({ from: "file", path: file, option: `--${role}-key` });
  if (signer !== undefined) found.push({ from: "signer", url: signer, option: `--${role}-signer`, token });
  if (text !== undefined && text !== "") found.push({ from: "environment", text, name });
  const [first, second] = found;
  if (first !== undefined && second !== undefined) {
    const names = found.map((source) => ("option" in source ? source.option : "name" in source ? source.name : ""));
    throw inputError("CLI_USAGE", `expected the ${role}'s key from one place, found ${names.join(" and ")}`);
  }
  return first ?? { from: "folder", path: join(dir, `${role}.jwk`) };
}

/**
 * Opens a key that is there.
 *
 * @param known - the public key that the store expects, to say which one is missing.
 * @throws SettldError for exit code 2 when it is not, or is no key.
 */
export async function openKey(
  role: KeyRole,
  source: KeySource,
  onFault: (error: Error) => void,
  known?: string,
): Promise<Signer> {
  switch (source.from) {
    case "file":
      return readPrivateKey(await readInput(source.path, source.option), `${source.option} ${source.path}`);
    case "environment":
      return readPrivateKey(new TextEncoder().encode(source.text), source.name);
    case "signer":
      return remoteSigner(source.url, { option: source.option, token: source.token, onFault });
    case "folder":
      return readPrivateKey(await readFolderKey(role, source.path, known), source.path);
  }
}

async function readFolderKey(role: KeyRole, path: string, known: string | undefined): Promise<Uint8Array> {
  try {
    return await readInput(path, `the ${role}'s key`);
  } catch (error) {
    if (known === undefined || !isSettldError(error)) throw error;
    const hint = `its public key is ${known}; --${role}-key names it elsewhere`;
    throw inputError(error.code, `${error.message} (${hint})`, error);
  }
}

/** Makes the key of a new store, in a file that only its owner can read. One that is there stays. */
export async function makeKey(path: string): Promise<void> {
  try {
    await writeFileAtomic(path, await newPrivateKey(), { overwrite: false, mode: 0o600 });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === "EEXIST") return;
    throw inputError("CLI_OUTPUT", `expected to write a key, found ${reasonOf(error)}: ${path}`, error);
  }
}
