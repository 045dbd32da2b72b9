import { lstat } from "node:fs/promises";
import { resolve } from "node:path";
import { isSystemError, printLines, reasonOf, writeFileAtomic } from "@settld/output";
import { base64urlEncode, canonicalize, jwkFromPublicKey, thumbprint } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { Command } from "commander";
import { inputError } from "../exit.ts";
import { readInput } from "../io/read.ts";
import { readPublicKey } from "../keys/public-key.ts";

type GenerateOptions = { readonly out: string; readonly public?: string; readonly force?: true };

/** `settld keys`: makes Ed25519 keys and names them. */
export function keysCommand(): Command {
  const keys = new Command("keys")
    .description("Makes Ed25519 keys and tells their names.")
    .addHelpText("after", EXAMPLES);
  keys
    .command("generate")
    .summary("make a key pair")
    .description("Makes a key pair. The private key is written as a JWK that only you can read.")
    .requiredOption("--out <file>", "where the private key goes")
    .option("--public <file>", "where the public key goes as well, as a JWK for trust documents")
    .option("--force", "overwrite files that exist")
    .addHelpText("after", EXAMPLES)
    .action(generate);
  keys
    .command("thumbprint")
    .summary("print the name of a key")
    .description("Prints the RFC 7638 thumbprint of a key: the keyid of its signatures.")
    .argument("<file>", "a JWK, public or private, or a public key in PEM (SPKI)")
    .addHelpText("after", EXAMPLES)
    .action(printThumbprint);
  return keys;
}

const EXAMPLES = `
Examples:
  settld keys generate --out seller.key.json --public seller.pub.json
  settld keys thumbprint seller.pub.json
  settld keys thumbprint seller.pem`;

async function generate({ out, public: publicOut, force }: GenerateOptions): Promise<void> {
  if (publicOut !== undefined && resolve(publicOut) === resolve(out)) {
    throw inputError("CLI_USAGE", `expected two files for --out and --public, found one: ${out}`);
  }
  if (force !== true) for (const path of [out, publicOut]) if (path !== undefined) await assertAbsent(path);
  const seed = defaultCrypto.generateSeed();
  const publicKey = await defaultCrypto.publicKeyOf(seed);
  const jwk = jwkFromPublicKey(publicKey);
  const keyid = thumbprint(publicKey, defaultCrypto);
  const overwrite = force === true;
  // The private key first: a public key whose private key is lost could still be registered.
  await write(out, `${canonicalize({ ...jwk, d: base64urlEncode(seed) })}\n`, { overwrite, mode: 0o600 });
  if (publicOut !== undefined) await write(publicOut, `${canonicalize(jwk)}\n`, { overwrite });
  seed.fill(0);
  await printLines([keyid]);
}

async function assertAbsent(path: string): Promise<void> {
  try {
    await lstat(path);
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT") return;
    throw error;
  }
  throw inputError("CLI_OUTPUT", `expected no file yet, found one: ${path} (--force overwrites it)`);
}

async function write(
  path: string,
  text: string,
  options: { readonly overwrite: boolean; readonly mode?: number },
): Promise<void> {
  try {
    await writeFileAtomic(path, text, options);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw inputError("CLI_OUTPUT", `expected to write a file, found ${reasonOf(error)}: ${path}`, error);
  }
}

async function printThumbprint(file: string): Promise<void> {
  const publicKey = await readPublicKey(await readInput(file, "key"), file);
  await printLines([thumbprint(publicKey, defaultCrypto)]);
}
