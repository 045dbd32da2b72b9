import { bytesOf, keyOf, trustDoc, trustKey } from "../../cast.ts";
import { type Case, type FaultCase, field } from "../../format.ts";
import { isPoint, le32 } from "../../points.ts";

const doc = trustDoc();
const input = (document: unknown) => ({ trust: field(bytesOf(document)) });

type Reject = Omit<FaultCase, "input" | "id" | "twin"> & { readonly document: unknown; readonly twin?: string };

/** A document that is refused; the id is made of the fault. */
export const reject = ({ document, fault, twin = "trust-document", ...rest }: Reject): Case => ({
  id: `trust-document-${fault}`,
  fault,
  twin,
  ...rest,
  input: input(document),
});

/** The standard document with a change of the party at `index`. */
export const withParty = (change: object, index = 0): unknown => ({
  ...doc,
  parties: doc.parties.map((party, place) => (place === index ? { ...party, ...change } : party)),
});

/** The standard document with a change of the buyer's key. */
export const withKey = (change: object): unknown => withParty({ keys: [{ ...trustKey(keyOf("buyer")), ...change }] });

/** 32 bytes that are the y of no point. */
export const offCurve: Uint8Array =
  [...Array(100).keys()].map((y) => le32(BigInt(y + 2))).find((bytes) => !isPoint(bytes)) ?? le32(2n);
