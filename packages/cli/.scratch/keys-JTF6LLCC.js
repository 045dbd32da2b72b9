import {
  readPublicKey
} from "./chunk-3MB7SQ3U.js";
import {
  writeFileAtomic
} from "./chunk-THC66Q2J.js";
import {
  readInput
} from "./chunk-PTEVOOZX.js";
import {
  printLines
} from "./chunk-IHJL3MJG.js";
import {
  inputError,
  isSystemError,
  reasonOf
} from "./chunk-QAFWPTKF.js";

// src/commands/keys.ts
import { lstat } from "node:fs/promises";
import { base64urlEncode, canonicalize, jwkFromPublicKey, thumbprint } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { Command } from "commander";
function keysCommand() {
  const keys = new Command("keys").description("Makes Ed25519 keys and tells their names.").addHelpText("after", EXAMPLES);
  keys.command("generate").summary("make a key pair").description("Makes a key pair. The private key is written as a JWK that only you can read.").requiredOption("--out <file>", "where the private key goes").option("--public <file>", "where the public key goes as well, as a JWK for trust documents").option("--force", "overwrite files that exist").addHelpText("after", EXAMPLES).action(generate);
  keys.command("thumbprint").summary("print the name of a key").description("Prints the RFC 7638 thumbprint of a key: the keyid of its signatures.").argument("<file>", "a JWK, public or private, or a public key in PEM (SPKI)").addHelpText("after", EXAMPLES).action(printThumbprint);
  return keys;
}
var EXAMPLES = `
Examples:
  settld keys generate --out seller.key.json --public seller.pub.json
  settld keys thumbprint seller.pub.json
  settld keys thumbprint seller.pem`;
async function generate({ out, public: publicOut, force }) {
  if (force !== true) {
    for (const path of [out, publicOut]) if (path !== void 0) await assertAbsent(path);
  }
  const seed = defaultCrypto.generateSeed();
  const publicKey = await defaultCrypto.publicKeyOf(seed);
  const jwk = jwkFromPublicKey(publicKey);
  const keyid = thumbprint(publicKey, defaultCrypto);
  const overwrite = force === true;
  if (publicOut !== void 0) await write(publicOut, `${canonicalize(jwk)}
`, { overwrite });
  await write(out, `${canonicalize({ ...jwk, d: base64urlEncode(seed) })}
`, { overwrite, mode: 384 });
  seed.fill(0);
  await printLines([keyid]);
}
async function assertAbsent(path) {
  try {
    await lstat(path);
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT") return;
    throw error;
  }
  throw inputError("CLI_OUTPUT", `expected no file yet, found one: ${path} (--force overwrites it)`);
}
async function write(path, text, options) {
  try {
    await writeFileAtomic(path, text, options);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw inputError("CLI_OUTPUT", `expected to write a file, found ${reasonOf(error)}: ${path}`, error);
  }
}
async function printThumbprint(file) {
  const publicKey = await readPublicKey(await readInput(file, "key"), file);
  await printLines([thumbprint(publicKey, defaultCrypto)]);
}
export {
  keysCommand
};
//# sourceMappingURL=keys-JTF6LLCC.js.map