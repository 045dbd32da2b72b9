import { type AgreementState, finalOutcome, reactionOf, totalsOf } from "@settld/kernel";
import { CODES, type Code, formatInstant, REVISION } from "@settld/protocol";
import type { Facets, Facts, Finding, Report } from "./report.ts";
import { isCompromised, type Trust, type TrustedKey } from "./trust.ts";

/** What a check has established when it ends: the material of a report. */
export type Established = {
  readonly source: "own" | "embedded";
  readonly trust: Trust | undefined;
  readonly state: AgreementState | undefined;
  /** The time that the user gave, in milliseconds since 1970. */
  readonly now: number | undefined;
  readonly receipt: { readonly digest: string; readonly at: number; readonly key: TrustedKey } | undefined;
  readonly settlerCompromised: boolean;
  readonly evidence: Report["evidence"];
  readonly chain: readonly string[];
};

const UNKNOWN: Facets = {
  container: "unknown",
  signatures: "unknown",
  trust: "unknown",
  log: "unknown",
  policy: "unknown",
  ledger: "unknown",
  evidence: "unknown",
  receipt: "unknown",
};

/** The report of a bundle that one finding decides: nothing is vouched for. */
export function refuse(established: Established, finding: Finding): Report {
  const { code } = finding;
  const indeterminate = CODES[code].verdict === "indeterminate";
  return {
    revision: REVISION,
    verdict: indeterminate ? "indeterminate" : "reject",
    code,
    findings: [finding],
    facets: indeterminate ? UNKNOWN : { ...UNKNOWN, [facetOf(code)]: "fail" },
    trust: trustFacts(established),
    time: null,
    facts: null,
    evidence: established.evidence,
    receipt: null,
    chain: established.chain,
  };
}

/** The report of a bundle in which nothing is wrong; doubts make it indeterminate (BUNDLE-14). */
export function conclude(established: Established): Report {
  const { state, trust, receipt, now, evidence } = established;
  if (state === undefined || trust === undefined) throw new Error("concluded without a log");
  const time = now ?? receipt?.at ?? state.at;
  const distrust = doubtsOfTrust(established, trust, time);
  const doubts = [...distrust, ...doubtsOfEnd(state, receipt !== undefined)];
  return {
    revision: REVISION,
    verdict: doubts.length === 0 ? "accept" : "indeterminate",
    code: doubts[0]?.code ?? null,
    findings: [...doubts, ...overdue(state, now)],
    facets: {
      container: "pass",
      signatures: "pass",
      trust: distrust.length === 0 ? "pass" : "unknown",
      log: state.status === "closed" ? "pass" : "open",
      policy: "pass",
      ledger: "pass",
      evidence: evidence.supplied < evidence.withheld ? "partial" : "pass",
      receipt: receipt === undefined ? "absent" : "pass",
    },
    trust: trustFacts(established),
    time: formatInstant(time),
    facts: factsOf(state),
    evidence,
    receipt: receipt?.digest ?? null,
    chain: established.chain,
  };
}

function doubtsOfTrust({ settlerCompromised, receipt, now }: Established, trust: Trust, time: number): Finding[] {
  const doubts: Finding[] = [];
  if (settlerCompromised && (receipt === undefined || isCompromised(receipt.key))) {
    doubts.push({
      code: "TRUST_SETTLER_COMPROMISED",
      message: "a settler key of this log is compromised and no receipt under another key vouches for it",
    });
  }
  if (time >= trust.expiresAt) {
    const [at, until] = [formatInstant(time), formatInstant(trust.expiresAt)];
    doubts.push({
      code: "TRUST_EXPIRED",
      message: `expected a trust document that is valid at ${at}, found one until ${until}`,
    });
  }
  // A newer document knows more about old keys, so its date of issue only bounds a time that was asked for.
  if (now !== undefined && time < trust.issuedAt) {
    const [at, from] = [formatInstant(time), formatInstant(trust.issuedAt)];
    doubts.push({
      code: "TRUST_NOT_YET_VALID",
      message: `expected a trust document issued by ${at}, found one of ${from}`,
    });
  }
  return doubts;
}

function doubtsOfEnd({ status }: AgreementState, receipted: boolean): Finding[] {
  if (status !== "closed") {
    return [{ code: "BUNDLE_OPEN", message: `expected a closed agreement, found one in state ${status}` }];
  }
  return receipted ? [] : [{ code: "RECEIPT_MISSING", message: "expected a receipt over the closed log, found none" }];
}

function overdue(state: AgreementState, now: number | undefined): Finding[] {
  const due = reactionOf(state);
  if (now === undefined || due === undefined || due.due > now) return [];
  return [{ code: "TIME_OVERDUE", message: `${due.type} has been due since ${formatInstant(due.due)}` }];
}

function trustFacts({ trust, source }: Established): Report["trust"] {
  if (trust === undefined) return null;
  return { digest: trust.digest, version: trust.version, registry: trust.registry, source };
}

function factsOf(state: AgreementState): Facts {
  const { parties, amount } = state.offer.body;
  const { buyer, seller, escrow, holdback, fee } = state.balances;
  return {
    agreement: state.agreement,
    head: state.head,
    events: state.seq,
    status: state.status,
    at: formatInstant(state.at),
    buyer: parties.buyer.id,
    seller: parties.seller.id,
    settler: parties.settler.id,
    amount,
    outcome: finalOutcome(state),
    ...(state.reason === undefined ? {} : { reason: state.reason }),
    totals: totalsOf(state),
    balances: {
      buyer: buyer.toString(),
      seller: seller.toString(),
      escrow: escrow.toString(),
      holdback: holdback.toString(),
      fee: fee.toString(),
    },
  };
}

const FACETS: Readonly<Record<string, keyof Facets>> = {
  syntax: "container",
  canonical: "container",
  container: "container",
  limit: "container",
  key: "signatures",
  signature: "signatures",
  trust: "trust",
  schema: "log",
  chain: "log",
  state: "log",
  time: "log",
  policy: "policy",
  ledger: "ledger",
  receipt: "receipt",
};

function facetOf(code: Code): keyof Facets {
  if (code.startsWith("BUNDLE_EVIDENCE_") || code === "LIMIT_EVIDENCE_BYTES") return "evidence";
  const facet: keyof Facets | undefined = FACETS[CODES[code].category];
  if (facet === undefined) throw new Error(`${code} is not a reason to reject`);
  return facet;
}
