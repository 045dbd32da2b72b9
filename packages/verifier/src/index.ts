export type { CheckOptions, TrustOptions } from "./bundle-check.ts";
export { type Equivocation, Histories } from "./equivocation.ts";
export type { ByteSource } from "./lines.ts";
export type { FacetStatus, Facets, Facts, Finding, Report, Verdict } from "./report.ts";
export { checkSigner, type SignerRule, settlerRule, signatureCount, signersOf } from "./signers.ts";
export { parseTrust, type Role, readTrust, type Trust, type TrustedKey } from "./trust.ts";
export { type VerifyOptions, verifyBundle } from "./verify.ts";
