import {
  readTrustFile
} from "./chunk-ZBM3UTXM.js";
import {
  readBundle
} from "./chunk-ROZHCLF3.js";
import {
  openSource
} from "./chunk-Z3P7ZUU4.js";
import {
  stagingPath,
  writeFileAtomic
} from "./chunk-THC66Q2J.js";
import "./chunk-PTEVOOZX.js";
import {
  escapeTerminal,
  printLines
} from "./chunk-IHJL3MJG.js";
import {
  inputError,
  isSystemError,
  reasonOf
} from "./chunk-QAFWPTKF.js";

// src/commands/extract.ts
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { digestOf, isSettldError, pae, parseJson, pemFromPublicKey } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { readTrust } from "@settld/verifier";
import { Command } from "commander";
function extractCommand() {
  return new Command("extract").description(
    "Writes one event as files: payload.json, the signed bytes pae.bin, and per signature sig-<i>.bin and\nkey-<i>.pem. Prints the commands that check the signatures with openssl. Verifies nothing itself."
  ).argument("<file>", "a bundle, or - for standard input").requiredOption("--event <n>", "number of the event (seq), from 0").requiredOption("--out <dir>", "folder for the files; must be new or empty").option("--trust <file>", "trust document to take keys from; else the embedded ones").option("--force", "write into a folder that is not empty").addHelpText(
    "after",
    `
Examples:
  settld extract deal.settld --event 3 --out event-3 --trust trust.json
  settld inspect deal.settld        (numbers of the events)`
  ).action(extract);
}
async function extract(file, options) {
  const seq = parseSeq(options.event);
  const own = options.trust === void 0 ? void 0 : (await readTrustFile(options.trust)).trust;
  const { envelope, embedded, events } = await findEvent(file, seq);
  if (envelope === void 0) {
    const range = events === 0 ? "no event" : `events 0 to ${events - 1}`;
    throw inputError("CLI_EVENT_NOT_FOUND", `--event: expected one of ${range}, found ${seq}: ${file}`);
  }
  const keys = envelope.signatures.map(({ keyid }) => findKey(keyid, own, embedded));
  const files = /* @__PURE__ */ new Map([
    ["payload.json", envelope.payload],
    ["pae.bin", pae(envelope.payloadType, envelope.payload)]
  ]);
  for (const [index, { sig }] of envelope.signatures.entries()) {
    files.set(`sig-${index}.bin`, sig);
    const key = keys[index];
    if (key !== void 0) files.set(`key-${index}.pem`, key.pem);
  }
  await writeFolder(options.out, files, options.force === true);
  await printLines(toLines(options.out, seq, envelope, keys));
}
function parseSeq(text) {
  const seq = Number(text);
  if (!/^\d{1,9}$/.test(text))
    throw inputError("CLI_USAGE", `--event: expected a number from 0, found ${JSON.stringify(text)}`);
  return seq;
}
async function findEvent(file, seq) {
  let envelope;
  let events = 0;
  const embedded = [];
  for await (const line of readBundle(openSource(file))) {
    if (line.kind === "event") {
      events += 1;
      if (line.seq === seq) envelope = line.envelope;
    } else if (line.kind === "trust") {
      const trust = readEmbedded(line.envelope);
      if (trust !== void 0) embedded.push(trust);
    } else {
      break;
    }
  }
  return { envelope, embedded, events };
}
function readEmbedded(envelope) {
  try {
    return readTrust(parseJson(envelope.payload));
  } catch (error) {
    if (isSettldError(error)) return void 0;
    throw error;
  }
}
function findKey(keyid, own, embedded) {
  const places = [
    ...own === void 0 ? [] : [{ trust: own, from: "your trust document" }],
    ...embedded.map((trust) => ({ trust, from: "an embedded trust document, which nobody vouches for here" }))
  ];
  for (const { trust, from } of places) {
    const key = trust.keys.get(keyid);
    if (key !== void 0) return { pem: pemFromPublicKey(key.publicKey), party: key.party, from };
  }
  return void 0;
}
var OURS = /^(?:payload\.json|pae\.bin|sig-\d\.bin|key-\d\.pem)$/;
async function writeFolder(dir, files, force) {
  try {
    const present = await namesIn(dir);
    if (present.length > 0) {
      if (!force) {
        throw inputError("CLI_OUTPUT", `--out: expected a new or empty folder, found files in it: ${dir} (--force)`);
      }
      for (const [name, bytes] of files) await writeFileAtomic(join(dir, name), bytes);
      for (const name of present) if (OURS.test(name) && !files.has(name)) await rm(join(dir, name));
      return;
    }
    const staged = stagingPath(dir);
    await mkdir(staged, { recursive: true });
    try {
      for (const [name, bytes] of files) await writeFileAtomic(join(staged, name), bytes);
      await rename(staged, dir);
    } finally {
      await rm(staged, { recursive: true, force: true });
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw inputError("CLI_OUTPUT", `--out: expected to write files, found ${reasonOf(error)}: ${dir}`, error);
  }
}
async function namesIn(dir) {
  try {
    return await readdir(dir);
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT") return [];
    throw error;
  }
}
function toLines(dir, seq, envelope, keys) {
  const lines = [
    `event ${seq}: ${digestOf(envelope.payload, defaultCrypto)}, the SHA-256 of payload.json`,
    ...envelope.signatures.map(({ keyid }, index) => {
      const key = keys[index];
      const who = key === void 0 ? "key not found; give --trust" : `key of ${key.party}, from ${key.from}`;
      return escapeTerminal(`signature ${index}: ${keyid}, ${who}`);
    })
  ];
  if (keys.some((key) => key !== void 0)) {
    lines.push("", escapeTerminal(`cd ${quoteForShell(dir)}`));
    for (const [index, key] of keys.entries()) {
      if (key === void 0) continue;
      lines.push(`openssl pkeyutl -verify -pubin -inkey key-${index}.pem -rawin -in pae.bin -sigfile sig-${index}.bin`);
    }
  }
  return lines;
}
function quoteForShell(path) {
  const safe = path.startsWith("-") ? `./${path}` : path;
  return /^[\w./-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
}
export {
  extractCommand
};
//# sourceMappingURL=extract-ZQRF2OA7.js.map