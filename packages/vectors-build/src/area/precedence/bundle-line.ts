import { base64Encode, canonicalize, type JsonValue } from "@settld/protocol";
import { keyOf, sealTrust, trustDoc } from "../../cast.ts";
import { type Case, field } from "../../format.ts";
import { EMPTY, extend, FOREIGN } from "../../log-builder.ts";
import { EXPIRED, expire, OFFERED, offer, terms } from "../../story.ts";
import { broken, bundleOf, edit, file, put, whole } from "./bundle-file.ts";
import { both } from "./fault-pair.ts";
import { signature } from "./signature.ts";

const buyer = keyOf("buyer");
const settler = keyOf("settler");

const doc = trustDoc();

const malformed = extend(EMPTY, offer(terms({ feeBps: -1 })), expire());

const backwards = extend(OFFERED, { ...expire(), change: { prev: FOREIGN } });

/** Lines, signatures and logs, each with a later fault. */
export const lines: readonly Case[] = [
  both(
    "later-line-signature",
    "BUNDLE-14",
    "JCS_NOT_CANONICAL",
    "DSSE_SIGNATURE_INVALID",
    "bundle-short",
    "All lines of events are read before the first is judged.",
    file(put(put(whole, 1, broken), 2, (line) => line.replace(":", ": "))),
  ),
  both(
    "later-payload-signature",
    "BUNDLE-14",
    "DSSE_BASE64",
    "DSSE_SIGNATURE_INVALID",
    "bundle-short",
    "The same for the payload of a later event.",
    file(put(put(whole, 1, broken), 2, (line) => edit(line, (value) => ({ ...value, payload: `${value.payload}=` })))),
  ),
  both(
    "trust-document-signature",
    "BUNDLE-14",
    "TRUST_REGISTRY_KEY",
    "DSSE_SIGNATURE_INVALID",
    "bundle-short",
    "Trust documents are read before events are judged.",
    file([
      ...put(whole, 1, broken).slice(0, 3),
      canonicalize((await sealTrust(doc, keyOf("stranger"))) as unknown as JsonValue),
      ...whole.slice(3),
    ]),
  ),
  both(
    "truncated-signature",
    "BUNDLE-14",
    "BUNDLE_TRUNCATED",
    "DSSE_SIGNATURE_INVALID",
    "bundle-short",
    "Nothing behind the events, so the end of the file comes first.",
    { bundle: field(`${put(await bundleOf(EXPIRED, {}, null), 1, broken).join("\n")}\nx`) },
  ),
  both(
    "log-truncated",
    "BUNDLE-14",
    "DSSE_SIGNATURE_INVALID",
    "BUNDLE_TRUNCATED",
    "bundle-short",
    "The receipt made the log be judged before the end of the file.",
    { bundle: field(`${put(whole, 1, broken).join("\n")}\nx`) },
  ),
  both(
    "unknown-signature",
    "BUNDLE-14",
    "TRUST_KEY_UNKNOWN",
    "DSSE_SIGNATURE_INVALID",
    "bundle-short",
    "The key is looked up first.",
    file(
      put(whole, 1, (line) =>
        edit(line, (value) => ({
          ...value,
          signatures: value.signatures.map((one, index) =>
            index === 0 ? { keyid: keyOf("stranger").keyid, sig: base64Encode(signature) } : one,
          ),
        })),
      ),
    ),
  ),
  both(
    "signature-schema",
    "BUNDLE-14",
    "DSSE_SIGNATURE_INVALID",
    "EVENT_SCHEMA",
    "bundle-short",
    "Nothing is read into a payload before its signatures are verified.",
    file(put(await bundleOf(malformed, {}, null), 1, broken)),
  ),
  both(
    "second-signature-schema",
    "BUNDLE-14",
    "TRUST_KEY_UNKNOWN",
    "EVENT_SCHEMA",
    "bundle-short",
    "All signatures of an event come before its payload.",
    file(await bundleOf(malformed, { 0: [buyer, keyOf("stranger")] }, null)),
  ),
  both(
    "schema-count",
    "BUNDLE-14",
    "EVENT_SCHEMA",
    "DSSE_SIGNATURE_COUNT",
    "bundle-short",
    "The number of signatures depends on the type, so the payload is read first.",
    file(await bundleOf(malformed, { 0: [buyer] }, null)),
  ),
  both(
    "count-log",
    "BUNDLE-14",
    "DSSE_SIGNATURE_COUNT",
    "LOG_PREV_MISMATCH",
    "bundle-short",
    "The number of signatures before the log.",
    file(await bundleOf(backwards, { 1: [settler, buyer] }, null)),
  ),
  both(
    "log-party",
    "BUNDLE-14",
    "LOG_PREV_MISMATCH",
    "TRUST_KEY_PARTY",
    "bundle-short",
    "The log before the signers.",
    file(await bundleOf(backwards, { 1: [buyer] }, null)),
  ),
];
