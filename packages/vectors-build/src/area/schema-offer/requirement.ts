import { GONE, type Violation } from "../../schema-case.ts";
import { approved, delivered, valid } from "../../story.ts";
import { at } from "../../time.ts";

const at0 = "/body/policy/requirements/0";

/** The policy has this one requirement. */
const requirement = (value: unknown) => ["/body/policy/requirements", [value]] as const;
const without = (value: object, name: string): object =>
  Object.fromEntries(Object.entries(value).filter(([member]) => member !== name));

/** Policies and their requirements, member by member. */
export const requirements: readonly Violation[] = [
  ["policy-list", "/body/policy", [], "A policy is an object.", "check the members only"],
  [
    "without-requirements",
    "/body/policy/requirements",
    GONE,
    "A policy without requirements would always pay.",
    "default to no requirements",
  ],
  ["without-payout", "/body/policy/payout", GONE, "Met requirements become no money.", "default to all or nothing"],
  [
    "policy-note",
    "/body/policy/note",
    "x",
    "What is not understood must not be agreed.",
    "ignore unknown members of policies",
  ],
  [
    "requirements-object",
    "/body/policy/requirements",
    { delivered },
    "Requirements have an order.",
    "take the values of an object",
  ],
  ["requirement-text", ...requirement("delivered"), "A requirement is an object.", "skip what is no object"],
  [
    "requirement-without-kind",
    `${at0}/kind`,
    GONE,
    "Without a kind it is malformed, not of an unknown kind.",
    "report POLICY_REQUIREMENT_UNKNOWN",
  ],
  [
    "requirement-kind-number",
    `${at0}/kind`,
    1,
    "A kind is text; what is no text is left to the schema.",
    "report POLICY_REQUIREMENT_UNKNOWN",
  ],
  ["item-without-id", `${at0}/id`, GONE, "A decision could not list it.", "number requirements"],
  ["item-without-item", `${at0}/item`, GONE, "Which item?", "accept any item"],
  ["item-without-media-type", `${at0}/mediaType`, GONE, "Which type?", "accept any type"],
  ["item-name-slash", `${at0}/item`, "a/b", "Names are no paths.", "accept paths as names"],
  ["item-media-type-number", `${at0}/mediaType`, 1, "A media type is text.", "turn numbers into text"],
  [
    "item-media-type-parameter",
    `${at0}/mediaType`,
    "text/csv; charset=utf-8",
    "Parameters would give one type many spellings.",
    "drop parameters",
  ],
  [
    "item-media-type-line-feed",
    `${at0}/mediaType`,
    "text/csv\n",
    "The end of the text is its end.",
    "let $ match before a final line feed",
  ],
  [
    "item-media-type-without-subtype",
    `${at0}/mediaType`,
    "text",
    "A media type has two parts.",
    "accept a part of a type",
  ],
  ["item-digest-short", `${at0}/digest`, "sha256:00", "A digest has 64 digits.", "accept prefixes of digests"],
  ["item-id-number", `${at0}/id`, 1, "Ids are text.", "turn numbers into text"],
  [
    "item-id-line-feed",
    `${at0}/id`,
    "delivered\n",
    "Two ids that print alike.",
    "let $ match before a final line feed",
  ],
  ["item-id-leading-dot", `${at0}/id`, "..", "Names are safe as names of files.", "check characters only"],

  ["check-without-id", ...requirement(without(valid, "id")), "A decision could not list it.", "number requirements"],
  ["check-without-checker", ...requirement(without(valid, "checker")), "Whose word counts?", "accept any checker"],
  [
    "check-without-item",
    ...requirement(without(valid, "item")),
    "About which item?",
    "accept an attestation of any item",
  ],
  ["check-without-pointer", ...requirement(without(valid, "pointer")), "Which value?", "default to the whole result"],
  ["check-without-operator", ...requirement(without(valid, "op")), "Compared how?", "default to eq"],
  ["check-without-value", ...requirement(without(valid, "value")), "Compared with what?", "check for existence"],
  [
    "check-note",
    ...requirement({ ...valid, unit: "bps" }),
    "What is not understood must not be agreed.",
    "ignore unknown members of checks",
  ],
  ["check-id-empty", ...requirement({ ...valid, id: "" }), "The empty text is no name.", "accept empty names"],
  [
    "check-checker-upper-case",
    ...requirement({ ...valid, checker: "Quality" }),
    "Names have one case.",
    "compare names without case",
  ],
  [
    "check-item-space",
    ...requirement({ ...valid, item: "result csv" }),
    "Names have no spaces.",
    "accept any text as a name",
  ],
  ["check-pointer-number", ...requirement({ ...valid, pointer: 0 }), "A pointer is text.", "turn numbers into text"],
  [
    "check-pointer-257",
    ...requirement({ ...valid, pointer: `/${"x".repeat(256)}` }),
    "256 characters are the most.",
    "no upper limit",
  ],
  [
    "check-pointer-escape",
    ...requirement({ ...valid, pointer: "/a~2" }),
    "A tilde stands before 0 or 1.",
    "resolve bad escapes as they are",
  ],
  [
    "check-value-beyond-integers",
    ...requirement({ ...valid, value: [9990] }),
    "A list compares with nothing.",
    "compare with the first entry",
  ],

  [
    "deadline-without-id",
    ...requirement({ kind: "deadline", before: at(4) }),
    "A decision could not list it.",
    "number requirements",
  ],
  ["deadline-without-before", ...requirement({ id: "soft", kind: "deadline" }), "Before when?", "default to submitBy"],
  [
    "deadline-note",
    ...requirement({ id: "soft", kind: "deadline", before: at(4), grace: 1 }),
    "What is not understood must not be agreed.",
    "ignore unknown members of deadlines",
  ],
  [
    "deadline-id-upper-case",
    ...requirement({ id: "Soft", kind: "deadline", before: at(4) }),
    "Names have one case.",
    "compare names without case",
  ],
  [
    "deadline-before-date",
    ...requirement({ id: "soft", kind: "deadline", before: "2026-03-02" }),
    "A deadline is an instant.",
    "parse instants leniently",
  ],

  [
    "approval-without-id",
    ...requirement({ kind: "approval", onTimeout: "fail" }),
    "An approval could not name it.",
    "number requirements",
  ],
  [
    "approval-without-timeout",
    ...requirement({ id: "approved", kind: "approval" }),
    "What does silence mean?",
    "default silence to no",
  ],
  [
    "approval-note",
    ...requirement({ ...approved, by: "buyer" }),
    "What is not understood must not be agreed.",
    "ignore unknown members of approvals",
  ],
  [
    "approval-id-underscore",
    ...requirement({ ...approved, id: "_approved" }),
    "Names start with a letter or digit.",
    "check characters only",
  ],
  [
    "approval-timeout",
    ...requirement({ ...approved, onTimeout: "extend" }),
    "Silence is a yes or a no.",
    "treat everything but pass as no",
  ],
];
