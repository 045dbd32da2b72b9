import { closeSync, openSync, readSync, statSync } from "node:fs";
import { isSystemError, reasonOf } from "@settld/output";
import { isSettldError } from "@settld/protocol";
import { type CheckOptions, parseTrust, type Report, verifyBundle } from "@settld/verifier";
import { verifyBundleSync } from "@settld/verifier/sync";
import { openSource } from "../io/source.ts";
import { evidenceFolder } from "./evidence-folder.ts";
import type { Unread } from "./inputs.ts";

/** What the user said about trust, time and evidence, in a form that can be sent to a worker. */
export type CheckSettings = (
  | {
      /** Bytes of the trust document of the user's own. */
      readonly trust: Uint8Array;
    }
  | {
      /** The pinned registry key, 32 bytes. */
      readonly root: Uint8Array;
    }
) & {
  /** Time of verification in milliseconds since 1970. */
  readonly now?: number;
  /** Folder with withheld evidence. */
  readonly evidence?: string;
};

/** The report on one input, or why there is none. */
export type Outcome = { readonly report: Report } | { readonly unread: Unread };

/** Checks one input. */
export type CheckInput = (path: string | Buffer) => Promise<Outcome>;

/** Larger files are read in parts; for smaller ones that would cost more than it saves. */
const WHOLE_BYTES_MAX = 1_048_576;

/**
 * Prepares a check with given settings.
 *
 * @param mode - `overlapping` lets the signatures of one bundle use all cores, `alone` keeps to this thread, because
 * other threads are busy with other bundles. The reports are the same.
 * @throws SettldError when the trust document is invalid.
 */
export function prepareCheck(settings: CheckSettings, mode: "overlapping" | "alone"): CheckInput {
  const { now, evidence } = settings;
  const anchor = "trust" in settings ? { trust: parseTrust(settings.trust) } : { root: settings.root };
  const options: CheckOptions = now === undefined ? anchor : { ...anchor, now };
  const find = evidence === undefined ? undefined : evidenceFolder(evidence);
  return async (path) => {
    try {
      const whole = mode === "alone" && find === undefined && path !== "-" ? readWhole(path) : undefined;
      if (whole !== undefined) return { report: verifyBundleSync(whole, options) };
      const source = openSource(path);
      return { report: await verifyBundle(source, find === undefined ? options : { ...options, evidence: find }) };
    } catch (error) {
      const cause = isSettldError(error) ? error.cause : error;
      if (!isSystemError(cause)) throw error;
      return { unread: { code: "CLI_INPUT", message: `expected a readable file, found ${reasonOf(cause)}` } };
    }
  };
}

// One buffer for one file after another; a report holds no bytes of it.
let buffer: Uint8Array | undefined;

/** Reads a small file at once, or gives up: it is large, grows, or is no file. The bytes hold until the next call. */
function readWhole(path: string | Buffer): Uint8Array | undefined {
  // Asked before it is opened: opening a named pipe would wait, and closing it again would end its writer.
  const found = statSync(path);
  if (!found.isFile() || found.size >= WHOLE_BYTES_MAX) return undefined;
  const fd = openSync(path, "r");
  try {
    buffer ??= new Uint8Array(WHOLE_BYTES_MAX);
    let length = 0;
    for (;;) {
      const read = readSync(fd, buffer, length, buffer.length - length, null);
      length += read;
      if (read === 0) return buffer.subarray(0, length);
      if (length === buffer.length) return undefined;
    }
  } finally {
    closeSync(fd);
  }
}
