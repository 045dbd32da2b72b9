import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  escapeTerminal,
  isSystemError,
  makeFolder,
  printLines,
  reasonOf,
  stagingPath,
  writeFileAtomic,
} from "@settld/output";
import {
  bytesEqual,
  digestOf,
  isSettldError,
  type ParsedEnvelope,
  pae,
  parseJson,
  pemFromPublicKey,
  SettldError,
  verifyEd25519,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { readTrust, type Trust } from "@settld/verifier";
import { Command } from "commander";
import { inputError } from "../exit.ts";
import { quoteForShell } from "../io/shell.ts";
import { openSource } from "../io/source.ts";
import { readTrustFile } from "../io/trust-file.ts";
import { readRoot } from "../keys/public-key.ts";
import { readBundle } from "../log/read-bundle.ts";

type Options = {
  readonly event: string;
  readonly out: string;
  readonly trust?: string;
  readonly root?: string;
  readonly force?: true;
};

type Embedded = { readonly trust: Trust; readonly envelope: ParsedEnvelope };

/** A trust document, and what to call it. */
type Place = { readonly trust: Trust; readonly from: string };

type FoundKey = { readonly pem: string; readonly party: string; readonly from: string };

/** `settld extract FILE`: the parts of one event as files, for tools that know nothing of Settld. */
export function extractCommand(): Command {
  return new Command("extract")
    .description(
      "Writes one event as files: payload.json, the signed bytes pae.bin, and per signature sig-<i>.bin and " +
        "key-<i>.pem. Prints the commands that check the signatures with openssl. Verifies nothing about the event itself.",
    )
    .argument("<file>", "a bundle, or - for standard input")
    .requiredOption("--event <n>", "number of the event (seq), from 0")
    .requiredOption("--out <dir>", "folder for the files; must be new or empty")
    .option("--trust <file>", "trust document to take keys from; else the embedded ones")
    .option("--root <key>", "the registry's key, to take keys from the newest embedded document that it signed")
    .option("--force", "write into a folder that is not empty")
    .addHelpText(
      "after",
      `
Examples:
  settld extract deal.settld --event 3 --out event-3 --trust trust.json
  settld inspect deal.settld        (numbers of the events)`,
    )
    .action(extract);
}

async function extract(file: string, options: Options): Promise<void> {
  const seq = parseSeq(options.event);
  if (options.trust !== undefined && options.root !== undefined) {
    throw inputError("CLI_USAGE", "expected at most one of --trust and --root, found both");
  }
  const own = options.trust === undefined ? undefined : (await readTrustFile(options.trust)).trust;
  const root = options.root === undefined ? undefined : await readRoot(options.root, "--root");
  const { envelope, embedded, events } = await findEvent(file, seq);
  if (envelope === undefined) {
    const range = events === 0 ? "no event" : `events 0 to ${events - 1}`;
    throw inputError("CLI_EVENT_NOT_FOUND", `--event: expected one of ${range}, found ${seq}: ${file}`);
  }
  const places = root === undefined ? placesOf(own, embedded) : [await signedBy(root, embedded)];
  const keys = envelope.signatures.map(({ keyid }) => findKey(keyid, places));
  const files = new Map<string, Uint8Array | string>([
    ["payload.json", envelope.payload],
    ["pae.bin", pae(envelope.payloadType, envelope.payload)],
  ]);
  for (const [index, { sig }] of envelope.signatures.entries()) {
    files.set(`sig-${index}.bin`, sig);
    const key = keys[index];
    if (key !== undefined) files.set(`key-${index}.pem`, key.pem);
  }
  await writeFolder(options.out, files, options.force === true);
  await printLines(toLines(options.out, seq, envelope, keys));
}

function parseSeq(text: string): number {
  const seq = Number(text);
  if (!/^\d{1,9}$/.test(text))
    throw inputError("CLI_USAGE", `--event: expected a number from 0, found ${JSON.stringify(text)}`);
  return seq;
}

async function findEvent(
  file: string,
  seq: number,
): Promise<{
  readonly envelope: ParsedEnvelope | undefined;
  readonly embedded: readonly Embedded[];
  readonly events: number;
}> {
  let envelope: ParsedEnvelope | undefined;
  let events = 0;
  const embedded: Embedded[] = [];
  for await (const line of readBundle(openSource(file))) {
    if (line.kind === "event") {
      events += 1;
      if (line.seq === seq) envelope = line.envelope;
    } else if (line.kind === "trust") {
      const trust = readEmbedded(line.envelope);
      if (trust !== undefined) embedded.push({ trust, envelope: line.envelope });
    } else {
      // Nothing that is needed stands behind the trust documents.
      break;
    }
  }
  return { envelope, embedded, events };
}

// A document that cannot be read has no keys to offer; whether it belongs there is the verifier's to say.
function readEmbedded(envelope: ParsedEnvelope): Trust | undefined {
  try {
    return readTrust(parseJson(envelope.payload));
  } catch (error) {
    if (isSettldError(error)) return undefined;
    throw error;
  }
}

function placesOf(own: Trust | undefined, embedded: readonly Embedded[]): Place[] {
  return [
    ...(own === undefined ? [] : [{ trust: own, from: "your trust document" }]),
    ...embedded.map(({ trust }) => ({ trust, from: "an embedded trust document, which nobody vouches for here" })),
  ];
}

/** The document that `settld verify --root` goes by. Unlike the event itself, its signature is checked. */
async function signedBy(root: Uint8Array, embedded: readonly Embedded[]): Promise<Place> {
  let found: Trust | undefined;
  for (const { trust, envelope } of embedded) {
    const { registryKey } = trust;
    if (registryKey === undefined || !bytesEqual(registryKey, root)) continue;
    const [signature] = envelope.signatures;
    const message = pae(envelope.payloadType, envelope.payload);
    const code =
      signature === undefined
        ? "DSSE_SIGNATURE_INVALID"
        : await verifyEd25519(defaultCrypto, root, message, signature.sig);
    if (code !== undefined) throw new SettldError(code, "expected the registry's signature on its trust document");
    if (found === undefined || trust.version >= found.version) found = trust;
  }
  if (found !== undefined) return { trust: found, from: "the trust document that the registry signed" };
  throw new SettldError("TRUST_ROOT_MISSING", "expected a trust document under the pinned registry key, found none");
}

function findKey(keyid: string, places: readonly Place[]): FoundKey | undefined {
  for (const { trust, from } of places) {
    const key = trust.keys.get(keyid);
    if (key !== undefined) return { pem: pemFromPublicKey(key.publicKey), party: key.party, from };
  }
  return undefined;
}

/** The file names that this command writes; with --force, such files of an earlier run are replaced or removed. */
const OURS = /^(?:payload\.json|pae\.bin|sig-\d\.bin|key-\d\.pem)$/;

async function writeFolder(
  dir: string,
  files: ReadonlyMap<string, Uint8Array | string>,
  force: boolean,
): Promise<void> {
  try {
    const present = await namesIn(dir);
    if (present.length > 0) {
      if (!force) {
        throw inputError("CLI_OUTPUT", `--out: expected a new or empty folder, found files in it: ${dir} (--force)`);
      }
      for (const [name, bytes] of files) await writeFileAtomic(join(dir, name), bytes);
      // A signature left over from another event would pass for one of this event.
      for (const name of present) if (OURS.test(name) && !files.has(name)) await rm(join(dir, name));
      return;
    }
    // The whole folder appears at once, so an interrupted run leaves no half of it under its name.
    const staged = stagingPath(dir);
    await makeFolder(staged);
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

async function namesIn(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT") return [];
    throw error;
  }
}

function toLines(
  dir: string,
  seq: number,
  envelope: ParsedEnvelope,
  keys: readonly (FoundKey | undefined)[],
): string[] {
  const lines = [
    `event ${seq}: ${digestOf(envelope.payload, defaultCrypto)}, the SHA-256 of payload.json`,
    ...envelope.signatures.map(({ keyid }, index) => {
      const key = keys[index];
      const who = key === undefined ? "key not found; give --trust or --root" : `key of ${key.party}, from ${key.from}`;
      return escapeTerminal(`signature ${index}: ${keyid}, ${who}`);
    }),
  ];
  if (keys.some((key) => key !== undefined)) {
    lines.push("", escapeTerminal(`cd ${quoteForShell(dir)}`));
    for (const [index, key] of keys.entries()) {
      if (key === undefined) continue;
      lines.push(`openssl pkeyutl -verify -pubin -inkey key-${index}.pem -rawin -in pae.bin -sigfile sig-${index}.bin`);
    }
  }
  return lines;
}
