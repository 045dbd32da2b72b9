import type { VectorFile } from "../../format.ts";
import { itemOf } from "../../log-builder.ts";
import { approved, delivered, FILE } from "../../story.ts";
import { at } from "../../time.ts";
import { checks } from "./requirement-check.ts";
import { evaluate, fails, full, MET, met, none, type Row } from "./row.ts";

const html = itemOf("result.csv", "a,b\n1,2\n", "text/html").item;
const agreedDigest = { ...delivered, digest: FILE.evidence.digest };
const soft = { id: "early", kind: "deadline", before: at(4) };
const passing = { ...approved, onTimeout: "pass" };

const rows: readonly Row[] = [
  { id: "all-met", clause: "POLICY-13", why: "Everything is as agreed.", codes: [MET, MET], ...full },
  {
    id: "no-submission",
    clause: "POLICY-14",
    why: "Nothing came, so nothing is met and nothing is paid.",
    items: null,
    codes: ["POLICY_NO_SUBMISSION", "POLICY_NO_SUBMISSION"],
    ...none,
    fault: "no-submission",
    twin: "all-met",
    kills: "report the first failure of each kind",
  },

  {
    id: "item-missing",
    clause: "POLICY-15",
    why: "The submission has another file.",
    requirements: [delivered],
    items: [itemOf("other.csv", "x").item],
    results: {},
    ...fails("POLICY_ITEM_MISSING"),
    fault: "item-missing",
    twin: "item-digest-met",
    kills: "take the first item",
  },
  {
    id: "item-media-type",
    clause: "POLICY-15",
    why: "The file has the right name and another type.",
    requirements: [delivered],
    items: [html],
    results: {},
    ...fails("POLICY_ITEM_MEDIA_TYPE"),
    fault: "item-media-type",
    twin: "item-digest-met",
    kills: "ignore media types",
  },
  {
    id: "item-digest-met",
    clause: "POLICY-15",
    why: "The file is exactly the one that was agreed beforehand.",
    requirements: [agreedDigest],
    results: {},
    ...met,
  },
  {
    id: "item-digest",
    clause: "POLICY-15",
    why: "The file is another one than agreed beforehand.",
    requirements: [agreedDigest],
    items: [itemOf("result.csv", "c,d\n").item],
    results: {},
    ...fails("POLICY_ITEM_DIGEST"),
    fault: "item-digest",
    twin: "item-digest-met",
    kills: "ignore the agreed digest",
  },
  {
    id: "item-media-type-before-digest",
    clause: "POLICY-15",
    why: "Type and digest are both wrong; the type comes first.",
    requirements: [agreedDigest],
    items: [itemOf("result.csv", "c,d\n", "text/html").item],
    results: {},
    ...fails("POLICY_ITEM_MEDIA_TYPE"),
    fault: "item-media-type-and-digest",
    twin: "item-digest-met",
    kills: "compare the digest first",
  },

  ...checks,

  {
    id: "deadline-met",
    clause: "POLICY-20",
    why: "One millisecond before.",
    requirements: [soft],
    at: at(4, -1),
    results: {},
    ...met,
  },
  {
    id: "deadline-missed",
    clause: "POLICY-20",
    why: "At the agreed time it is too late.",
    requirements: [soft],
    at: at(4),
    results: {},
    ...fails("POLICY_DEADLINE_MISSED"),
    fault: "deadline-at",
    twin: "deadline-met",
    kills: "compare at <= before",
  },

  {
    id: "approval-given",
    clause: "POLICY-21",
    why: "The buyer says yes.",
    requirements: [approved],
    results: {},
    approvals: { approved: true },
    ...met,
  },
  {
    id: "approval-denied",
    clause: "POLICY-21",
    why: "The buyer says no.",
    requirements: [approved],
    results: {},
    approvals: { approved: false },
    ...fails("POLICY_APPROVAL_DENIED"),
    fault: "denied",
    twin: "approval-given",
    kills: "count any answer as yes",
  },
  {
    id: "approval-denied-passing",
    clause: "POLICY-21",
    why: "A no is a no also where silence would be a yes.",
    requirements: [passing],
    results: {},
    approvals: { approved: false },
    ...fails("POLICY_APPROVAL_DENIED"),
    fault: "denied-where-silence-passes",
    twin: "approval-silence-passes",
    kills: "look at onTimeout first",
  },
  {
    id: "approval-timeout",
    clause: "POLICY-21",
    why: "Silence means no here.",
    requirements: [approved],
    results: {},
    ...fails("POLICY_APPROVAL_TIMEOUT"),
    pending: ["approved"],
    fault: "silence",
    twin: "approval-given",
    kills: "count silence as yes",
  },
  {
    id: "approval-silence-passes",
    clause: "POLICY-21",
    why: "Silence means yes here, and is pending all the same until reviewBy.",
    requirements: [passing],
    results: {},
    ...met,
    pending: ["approved"],
    kills: "count silence as no",
  },
];

/** How each kind of requirement comes out. */
export const requirements: VectorFile = {
  path: "policy/requirements.json",
  op: "policy.evaluate",
  description: "How each kind of requirement comes out.",
  groups: [{ cases: rows.map(evaluate) }],
};
