import type { Case, VectorFile } from "../format.ts";
import { EMPTY, extend, head, itemOf, type Log } from "../log-builder.ts";
import { after } from "../log-case.ts";
import {
  accept,
  approve,
  approved,
  attest,
  decide,
  delivered,
  ESCROW_BALANCES,
  FILE,
  fund,
  offer,
  outcomes,
  submit,
  terms,
  valid,
} from "../story.ts";
import { at } from "../time.ts";

const MET = "POLICY_MET";
const other = itemOf("other.csv", "x");

// A first attempt that the checker found bad, and a second that waits.
const FAILED = { requirements: outcomes(MET, "POLICY_CHECK_FAILED"), gross: "0", outcome: "none", final: false };
const SECOND: Log = extend(
  EMPTY,
  offer(),
  accept(),
  fund(),
  submit(),
  attest({ result: { validityBps: 0 } }),
  decide(FAILED),
  submit({ attempt: 2 }, { hours: 5 }),
);
const secondDecision = (change: object) =>
  decide(
    (log) => ({
      due: at(29),
      submission: head(log, 6),
      attempt: 2,
      requirements: outcomes(MET, "POLICY_CHECK_UNATTESTED"),
      gross: "0",
      outcome: "none",
      final: false,
      ...change,
    }),
    { hours: 29 },
  );

// The buyer said yes to the first attempt, the checker said no.
const ANSWERED: Log = extend(
  EMPTY,
  offer(terms({ policy: { requirements: [valid, approved], payout: { kind: "all-or-nothing" } } })),
  accept(),
  fund(),
  submit(),
  approve(),
  attest({ result: { validityBps: 0 } }),
  decide({
    requirements: [
      { id: "valid", code: "POLICY_CHECK_FAILED" },
      { id: "approved", code: MET },
    ],
    gross: "0",
    outcome: "none",
    final: false,
  }),
  submit({ attempt: 2 }, { hours: 5 }),
  attest((log) => ({ submission: head(log, 7) }), { hours: 6 }),
);

const scope: VectorFile = {
  path: "policy/scope.json",
  op: "log.reduce",
  description: "A policy is evaluated over one submission and what was said about it, and over nothing else.",
  groups: [
    after("A second attempt; the first was attested and failed.", SECOND, [
      {
        id: "policy-second-attempt-unattested",
        clause: "POLICY-1",
        why: "The attestation of the first attempt says nothing about the second, so at reviewBy it is unattested.",
        kills: "keep results from attempt to attempt",
        status: "funded",
        balances: ESCROW_BALANCES,
        steps: [secondDecision({})],
      },
      {
        id: "policy-second-attempt-failed",
        clause: "POLICY-9",
        code: "POLICY_REQUIREMENTS_MISMATCH",
        fault: "result-of-first-attempt",
        twin: "policy-second-attempt-unattested",
        pointer: "/body/requirements",
        why: "The settler decides by the attestation of the first attempt.",
        kills: "keep results from attempt to attempt",
        steps: [secondDecision({ requirements: outcomes(MET, "POLICY_CHECK_FAILED") })],
      },
      {
        id: "policy-second-attempt-at-once",
        clause: "STATE-17",
        code: "STATE_NOT_DUE",
        fault: "decided-by-first-attestation",
        twin: "policy-second-attempt-unattested",
        pointer: "/type",
        why: "The check of the second attempt is pending, whatever was attested before.",
        kills: "count what is pending over all attempts",
        steps: [{ ...secondDecision({ due: at(5) }), hours: 5 }],
      },
      {
        id: "policy-first-submission-attested-again",
        clause: "EVENT-12",
        code: "EVENT_SUBMISSION_MISMATCH",
        fault: "attested-earlier-attempt",
        twin: "policy-second-attempt-attested",
        pointer: "/body/submission",
        why: "An attestation of the first attempt comes after its decision.",
        kills: "accept any submission of the log",
        steps: [attest({}, { hours: 6 })],
      },
      {
        id: "policy-second-attempt-attested",
        clause: "POLICY-1",
        why: "The second attempt is attested by itself, although its file is the same.",
        kills: "refuse a second attestation of one file",
        status: "review",
        balances: ESCROW_BALANCES,
        steps: [attest((log) => ({ submission: head(log, 6) }), { hours: 6 })],
      },
    ]),
    after("A second attempt, attested well; the first was approved.", ANSWERED, [
      {
        id: "policy-approval-of-first-attempt",
        clause: "POLICY-21",
        why: "The approval of the first attempt is none of the second, so at reviewBy the buyer was silent.",
        kills: "keep approvals from attempt to attempt",
        status: "funded",
        balances: ESCROW_BALANCES,
        steps: [
          decide(
            (log) => ({
              due: at(29),
              submission: head(log, 7),
              attempt: 2,
              requirements: [
                { id: "valid", code: MET },
                { id: "approved", code: "POLICY_APPROVAL_TIMEOUT" },
              ],
              gross: "0",
              outcome: "none",
              final: false,
            }),
            { hours: 29 },
          ),
        ],
      },
    ]),
  ],
};

type Row = {
  readonly id: string;
  readonly clause: string;
  readonly why: string;
  readonly kills: string;
  readonly fault: string;
  readonly twin: string;
  readonly requirements: readonly object[];
  readonly payout?: object;
  readonly amount?: string;
  readonly facts: object | null;
  readonly codes: readonly string[];
  readonly gross: string;
  readonly pending?: readonly string[];
};

const said = (change: object) => ({ at: at(3), items: [FILE.item], results: {}, approvals: {}, ...change });

const evaluated = ({
  requirements,
  codes,
  gross,
  payout,
  facts,
  pending = [],
  amount = "48000",
  ...row
}: Row): Case => ({
  ...row,
  id: `policy-${row.id}`,
  twin: `policy-${row.twin}`,
  input: {
    policy: { requirements, payout: payout ?? { kind: "all-or-nothing" } },
    amount,
    facts,
  },
  facts: {
    requirements: codes.map((code, index) => ({ id: (requirements[index] as { readonly id: string }).id, code })),
    gross,
    outcome: gross === "0" ? "none" : gross === amount ? "full" : "partial",
    pending,
  },
});

const again: readonly Case[] = (
  [
    {
      id: "no-submission-every-kind",
      clause: "POLICY-14",
      why: "Without a submission every kind of requirement has the one code, and weights pay nothing.",
      kills: "evaluate deadlines and silent approvals without a submission",
      fault: "nothing-submitted-with-every-kind",
      twin: "weighted-all",
      requirements: [
        delivered,
        valid,
        { id: "soft", kind: "deadline", before: at(1000) },
        { ...approved, onTimeout: "pass" },
      ],
      payout: {
        kind: "weighted",
        weights: ["delivered", "valid", "soft", "approved"].map((requirement) => ({ requirement, bps: 2500 })),
      },
      facts: null,
      codes: ["POLICY_NO_SUBMISSION", "POLICY_NO_SUBMISSION", "POLICY_NO_SUBMISSION", "POLICY_NO_SUBMISSION"],
      gross: "0",
    },
    {
      id: "item-digest-elsewhere",
      clause: "POLICY-15",
      why: "The agreed file was submitted, under another name.",
      kills: "look for the digest in the whole submission",
      fault: "agreed-digest-under-another-name",
      twin: "all-met",
      requirements: [{ ...delivered, digest: other.evidence.digest }],
      facts: said({ items: [FILE.item, other.item] }),
      codes: ["POLICY_ITEM_DIGEST"],
      gross: "0",
    },
    {
      id: "item-type-before-digest",
      clause: "POLICY-15",
      why: "Type and digest are both wrong: the type is named first.",
      kills: "compare digests before types",
      fault: "media-type-and-digest",
      twin: "all-met",
      requirements: [{ ...delivered, mediaType: "text/plain", digest: other.evidence.digest }],
      facts: said({}),
      codes: ["POLICY_ITEM_MEDIA_TYPE"],
      gross: "0",
    },
    {
      id: "attested-other-requirement",
      clause: "POLICY-16",
      why: "Another check about the same item was attested; this one waits.",
      kills: "look results up by item",
      fault: "attestation-of-another-requirement",
      twin: "all-met",
      requirements: [valid, { ...valid, id: "again" }],
      facts: said({ results: { again: { validityBps: 10_000 } } }),
      codes: ["POLICY_CHECK_UNATTESTED", MET],
      gross: "0",
      pending: ["valid"],
    },
    {
      id: "missing-item-with-result",
      clause: "POLICY-16",
      why: "The item is looked for before the result: without it nothing was attested that could count.",
      kills: "look at the result first",
      fault: "result-without-item",
      twin: "all-met",
      requirements: [{ ...valid, item: "other.csv" }],
      facts: said({ results: { valid: { validityBps: 10_000 } } }),
      codes: ["POLICY_ITEM_MISSING"],
      gross: "0",
    },
    {
      id: "per-unit-most-negative",
      clause: "POLICY-18",
      why: "The least integer times a value would pass every cap from below.",
      kills: "take the smaller of cap and product",
      fault: "least-integer-of-units",
      twin: "per-unit-zero",
      requirements: [valid],
      payout: { kind: "per-unit", check: "valid", pointer: "/units", unitValue: "5000", cap: "48000" },
      facts: said({ results: { valid: { validityBps: 10_000, units: -9_007_199_254_740_991 } } }),
      codes: ["POLICY_VALUE_RANGE"],
      gross: "0",
    },
    {
      id: "silence-weighted",
      clause: "POLICY-21",
      why: "Silence is a no for its own weight; the item is paid for all the same.",
      kills: "pay nothing while an answer is missing",
      fault: "silence-beside-a-weight",
      twin: "weighted-all",
      requirements: [delivered, approved],
      payout: {
        kind: "weighted",
        weights: [
          { requirement: "delivered", bps: 7500 },
          { requirement: "approved", bps: 2500 },
        ],
      },
      facts: said({}),
      codes: [MET, "POLICY_APPROVAL_TIMEOUT"],
      gross: "36000",
      pending: ["approved"],
    },
    {
      id: "result-of-no-requirement",
      clause: "POLICY-1",
      why: "Results and approvals that no requirement asks for change nothing.",
      kills: "demand that everything said is asked for",
      fault: "more-said-than-asked",
      twin: "all-met",
      requirements: [delivered],
      facts: said({ results: { other: { validityBps: 0 } }, approvals: { other: false } }),
      codes: [MET],
      gross: "48000",
    },
    {
      id: "result-inherited",
      clause: "POLICY-16",
      why: "A requirement may be called constructor; nothing was attested for it.",
      kills: "look results up in an object with a prototype",
      fault: "requirement-named-constructor",
      twin: "all-met",
      requirements: [{ ...valid, id: "constructor", pointer: "/name", op: "ne", value: "" }],
      facts: said({}),
      codes: ["POLICY_CHECK_UNATTESTED"],
      gross: "0",
      pending: ["constructor"],
    },
    {
      id: "tier-of-another-check",
      clause: "POLICY-18",
      why: "The payout counts by the second check; the first has no such number and needs none.",
      kills: "look for the payout's number in every result",
      fault: "number-in-one-of-two-results",
      twin: "tier-first",
      requirements: [valid, { ...valid, id: "uptime", pointer: "/ok", op: "eq", value: true }],
      payout: { kind: "tiers", check: "uptime", pointer: "/n", tiers: [{ below: 5, bps: 10_000 }, { bps: 0 }] },
      facts: said({ results: { valid: { validityBps: 10_000, n: 9 }, uptime: { ok: true, n: 4 } } }),
      codes: [MET, MET],
      gross: "48000",
    },
  ] as readonly Row[]
).map(evaluated);

/** What a policy looks at. */
export const policyScope: readonly VectorFile[] = [
  scope,
  {
    path: "policy/again.json",
    op: "policy.evaluate",
    description: "What counts for a requirement and what does not.",
    groups: [{ cases: again }],
  },
];
