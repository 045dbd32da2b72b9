import {
  type AgreementOffered,
  canonicalBytes,
  type Digest,
  digestOf,
  formatInstant,
  hexEncode,
  type Requirement,
  sha256,
  utf8,
} from "@settld/protocol";
import { CAST } from "./cast.ts";
import { SPEC } from "./work/spec.ts";

/** Milliseconds in an hour. */
export const HOUR = 3_600_000;

/** The asset of every agreement of the demo. */
export const ASSET: { readonly assetCode: "USD"; readonly assetScale: 2 } = { assetCode: "USD", assetScale: 2 };

type Check = Extract<Requirement, { kind: "check" }>;

/** A check of the agreed policy, with what it asks in words. */
export type AgreedCheck = Check & {
  /** What the number counts, for people. */
  readonly question: string;
  /** How to write the number. */
  readonly unit: "count" | "bps";
};

const check = (
  id: string,
  item: string,
  pointer: string,
  op: Check["op"],
  value: number,
  question: string,
  unit: AgreedCheck["unit"] = "count",
): AgreedCheck => ({ id, kind: "check", checker: "quality", item, pointer, op, value, question, unit });

/** What the checker has to find. The numbers come from its own measurement of the delivered files. */
export const CHECKS: readonly AgreedCheck[] = [
  check("nothing-lost", SPEC.files.cleaned, "/rows/lost", "eq", 0, "Rows that vanished"),
  check("valid", SPEC.files.cleaned, "/validityBps", "ge", 9990, "Cells in the agreed form", "bps"),
  check("unique-keys", SPEC.files.cleaned, "/rows/duplicateKeys", "eq", 0, "Shipments delivered twice"),
  check("totals-reconcile", SPEC.files.cleaned, "/totals/unreconciled", "eq", 0, "Control totals that are off"),
  check("rejects-justified", SPEC.files.rejects, "/rows/unjustified", "eq", 0, "Rows set aside wrongly"),
];

/** Digest of the canonical form of the specification that both sides signed. */
export const SPEC_DIGEST: Digest = digestOf(canonicalBytes(SPEC));

/**
 * The terms of one order: USD 480.00 for the whole job or nothing, 2.5 % fee, a tenth held back for 72 hours.
 *
 * @param number - number of the order; makes its nonce, so that no two orders are one agreement.
 * @param register - digest of the file that is to be cleaned.
 * @param at - when the offer is made, in milliseconds since 1970.
 */
export function termsOf(number: number, register: Digest, at: number): AgreementOffered["body"] {
  const { buyer, seller, settler, arbiter, checker } = CAST;
  return {
    // A real buyer draws these 128 bits at random; here they follow from the number, so that every run is the same.
    nonce: hexEncode(sha256(utf8(`settld demo nonce: ${number}`)).subarray(0, 16)),
    parties: {
      buyer: { id: buyer.id },
      seller: { id: seller.id },
      settler: { id: settler.id },
      arbiter: { id: arbiter.id },
      checkers: { quality: { id: checker.id } },
    },
    amount: { value: "48000", ...ASSET },
    policy: {
      requirements: [
        { id: "cleaned-file", kind: "item", item: SPEC.files.cleaned, mediaType: "text/csv" },
        { id: "rejects-file", kind: "item", item: SPEC.files.rejects, mediaType: "text/csv" },
        ...CHECKS.map(({ question: _, unit: __, ...requirement }) => requirement),
      ],
      payout: { kind: "all-or-nothing" },
    },
    feeBps: 250,
    acceptBy: formatInstant(at + 4 * HOUR),
    fundBy: formatInstant(at + 8 * HOUR),
    submitBy: formatInstant(at + 56 * HOUR),
    reviewMs: 24 * HOUR,
    attemptsMax: 2,
    holdbackBps: 1000,
    disputeMs: 72 * HOUR,
    rulingMs: 48 * HOUR,
    references: [
      { rel: "terms", digest: SPEC_DIGEST },
      { rel: "order", digest: register },
    ],
  };
}
