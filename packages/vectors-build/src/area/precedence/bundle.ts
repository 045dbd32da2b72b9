import { bytesOf, trustDoc } from "../../cast.ts";
import { field, type VectorFile } from "../../format.ts";
import { doubts } from "./bundle-doubt.ts";
import { lines } from "./bundle-line.ts";
import { receipts } from "./bundle-receipt.ts";
import { signers } from "./bundle-signer.ts";

const doc = trustDoc();

/** Two faults in one bundle. */
export const bundle: VectorFile = {
  path: "precedence/bundle.json",
  op: "bundle.verify",
  description: "Two faults in one bundle.",
  groups: [{ input: { trust: field(bytesOf(doc)) }, cases: [...lines, ...signers, ...receipts, ...doubts] }],
};
