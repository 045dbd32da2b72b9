import type { VectorFile } from "../../format.ts";
import { EMPTY, itemOf, type Step } from "../../log-builder.ts";
import { after, type LogCase } from "../../log-case.ts";
import {
  ACCEPTED,
  attest,
  cancel,
  DISPUTED,
  ESCROW_BALANCES,
  FUNDED,
  fund,
  NO_BALANCES,
  offer,
  PARTIES,
  rule,
  submit,
  terms,
  valid,
  WINDOW_BALANCES,
} from "../../story.ts";
import { TEXTS, textOf } from "./attack.ts";
import { WAITING } from "./waiting-log.ts";

const said = (id: string, why: string, kills: string, status: string, balances: object, step: Step): LogCase => ({
  id: `hostile-${id}`,
  clause: "EVENT-4",
  why,
  kills,
  status,
  balances,
  steps: [step],
});

const cancelled = [
  "nul",
  "override",
  "escape-sequence",
  "forged-line",
  "spaces-around",
  "noncharacters",
  "piled-marks",
];

const members = JSON.parse(
  '{"__proto__":{"validityBps":1},"constructor":"\\u0000","toString":null,"validityBps":10000,"":{"":[[]]},"<b>":"\\u202e"}',
) as object;
const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);

/** Words of people in events: they are carried, and mean nothing. */
export const texts: VectorFile = {
  path: "hostile/text.json",
  op: "log.reduce",
  description: "Words of people in events: they are carried, and mean nothing.",
  groups: [
    after("Reasons of a cancellation.", FUNDED, [
      ...cancelled.map((name) => {
        const [, text = "", why = "", kills = ""] = TEXTS.find(([other]) => other === name) ?? [];
        return said(
          `reason-${name}`,
          `${why} As a reason it is text like any other.`,
          kills,
          "cancelling",
          ESCROW_BALANCES,
          cancel({ body: { reason: text } }),
        );
      }),
      said(
        "reason-of-space",
        "A reason of one space has one character.",
        "trim text before its length is counted",
        "cancelling",
        ESCROW_BALANCES,
        cancel({ body: { reason: " " } }),
      ),
      said(
        "reason-of-256-marks",
        "256 characters, of which a reader sees one: a letter with 255 accents.",
        "count what is seen instead of characters",
        "cancelling",
        ESCROW_BALANCES,
        cancel({ body: { reason: `a${"\u0301".repeat(255)}` } }),
      ),
    ]),
    after("References of a payment.", ACCEPTED, [
      said(
        "funding-reference",
        "What a bank wrote down is carried.",
        "clean what comes from a rail",
        "funded",
        ESCROW_BALANCES,
        fund({ funding: { rail: "test", reference: textOf("cells") } }),
      ),
    ]),
    after("Reasons of a ruling.", DISPUTED, [
      said(
        "ruling-reason",
        "An arbiter's words are carried.",
        "clean the words of an arbiter",
        "ruled",
        WINDOW_BALANCES,
        rule({ reason: textOf("markdown") }),
      ),
    ]),
    after("Values of a check, and uris.", EMPTY, [
      said(
        "agreed-value",
        "A text that a result has to equal may be any text.",
        "clean values before they are compared",
        "offered",
        NO_BALANCES,
        offer(
          terms({
            policy: {
              requirements: [
                {
                  ...valid,
                  op: "eq",
                  value: textOf("override"),
                  pointer: `/${textOf("script").replaceAll("/", "~1")}`,
                },
              ],
              payout: { kind: "all-or-nothing" },
            },
          }),
        ),
      ),
      said(
        "reference-uri",
        "A uri is printable ASCII and never fetched.",
        "refuse uris that are dangerous to follow",
        "offered",
        NO_BALANCES,
        offer(
          terms({
            references: [
              { rel: "terms", uri: "javascript:alert(1)//<script>\"'`$\u007bx}{{x}}|;&" },
              { rel: "order", uri: "file:///etc/passwd" },
              { rel: "invoice", uri: "=1+1" },
            ],
          }),
        ),
      ),
      said(
        "party-id-script",
        "An id may look like a script; it is compared and shown, never followed.",
        "accept ids of known schemes only",
        "offered",
        NO_BALANCES,
        offer(terms({ parties: { ...PARTIES, settler: { id: "javascript:alert(1)//';=@SUM(1+1)" } } })),
      ),
    ]),
    after("Names.", FUNDED, [
      said(
        "device-names",
        "Names of devices, options and inherited members are ordinary names.",
        "refuse names that some system reserves",
        "review",
        ESCROW_BALANCES,
        submit({
          items: ["con", "nul.txt", "constructor", "0", "a..b", "x.-_"].map((name) => ({ ...itemOf(name, "x").item })),
        }),
      ),
    ]),
    after("Results of a checker.", WAITING, [
      said(
        "result-members",
        "A result may have any members; __proto__ is one of them.",
        "assign members with a setter",
        "review",
        ESCROW_BALANCES,
        attest({ result: members }),
      ),
      said(
        "result-deep",
        "61 levels of a result are 64 of the payload.",
        "count the levels of a result by itself",
        "review",
        ESCROW_BALANCES,
        attest({ result: { a: deep(61) } }),
      ),
    ]),
  ],
};
