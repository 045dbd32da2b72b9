import { type Envelope, thumbprint } from "@settld/protocol";
import { bytesOf, keyOf, secondBuyerKey, trustDoc, trustKey } from "../../cast.ts";
import { type Case, field, type VectorFile } from "../../format.ts";
import { envelopes, fileOf, linesOf, receiptOf, sealReceipt } from "../../log-builder.ts";
import { EXPIRED, OFFERED } from "../../story.ts";
import { RECEIPT } from "./bundle-case.ts";
import { offCurve } from "./document-case.ts";
import { own } from "./own-keys.ts";
import { compromises } from "./signer-compromise.ts";
import { keys } from "./signer-key.ts";
import { parties } from "./signer-party.ts";
import { times } from "./signer-time.ts";

const doc = trustDoc();

const keyid0 = "/signatures/0/keyid";

const offKey = { ...secondBuyerKey, publicKey: offCurve, keyid: thumbprint(offCurve) };
const [offerLine] = await envelopes(OFFERED);
const notOnCurve: Case = {
  id: "trust-actor-not-on-curve",
  clause: "KEY-6",
  code: "KEY_NOT_ON_CURVE",
  fault: "signature-under-key-that-is-no-point",
  twin: "trust-signers",
  pointer: keyid0,
  why: "The trusted key has no x; the signature that names it must be refused, whatever the library does on import.",
  kills: "let the library throw",
  input: {
    bundle: field(
      fileOf(
        linesOf({
          events: [
            {
              ...(offerLine as Envelope),
              signatures: (offerLine as Envelope).signatures.map((one, index) =>
                index === 0 ? { ...one, keyid: offKey.keyid } : one,
              ),
            },
            ...(await envelopes(EXPIRED)).slice(1),
          ],
          receipt: await sealReceipt(receiptOf(EXPIRED, RECEIPT)),
        }),
      ),
    ),
    ...own({ buyer: [trustKey(keyOf("buyer")), trustKey(offKey)] }),
  },
};

/** Who may sign what and when, over an offer that expired. */
export const signers: VectorFile = {
  path: "trust/signers.json",
  op: "bundle.verify",
  description: "Who may sign what and when, over an offer that expired.",
  groups: [
    {
      comment: "A trust document of the user's own; some cases bring another.",
      input: { trust: field(bytesOf(doc)) },
      cases: [...parties, ...keys, ...compromises, ...times, notOnCurve],
    },
  ],
};
