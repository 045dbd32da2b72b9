import { idOf, type Player } from "../../cast.ts";
import type { VectorFile } from "../../format.ts";
import { EMPTY, extend, type Log, type Step } from "../../log-builder.ts";
import { after, type LogCase } from "../../log-case.ts";
import {
  accept,
  approve,
  approved,
  attest,
  CLOSING,
  cancel,
  close,
  dispute,
  ESCROW_BALANCES,
  fund,
  NO_BALANCES,
  offer,
  PARTIES,
  REVIEW,
  RULED,
  release,
  submit,
  terms,
  valid,
  WINDOW,
} from "../../story.ts";
import { at } from "../../time.ts";
import { fine, wrong } from "./case.ts";

const actor = (id: string, twin: string, why: string, kills: string, ...steps: readonly Step[]): LogCase =>
  wrong({ id: `actor-${id}`, clause: "EVENT-5", code: "EVENT_ACTOR", pointer: "/by", twin, why, kills }, ...steps);

const SELLER_OFFERS: Log = extend(EMPTY, offer(terms(), { by: "seller" }));
const twoCheckers = {
  ...PARTIES,
  checkers: { quality: { id: idOf("checker") }, audit: { id: idOf("arbiter") }, own: { id: idOf("settler") } },
};
const TWO_CHECKERS: Log = extend(
  EMPTY,
  offer(
    terms({
      parties: twoCheckers,
      policy: {
        requirements: [valid, { ...valid, id: "audited", checker: "audit" }, approved],
        payout: { kind: "all-or-nothing" },
      },
    }),
  ),
  accept(),
  fund(),
  submit(),
);

/** Whose event it is, where the first files do not say. */
export const actors: VectorFile = {
  path: "event/actor.json",
  op: "log.reduce",
  description: "Whose event it is, where the first files do not say.",
  groups: [
    after("An offer by the seller.", SELLER_OFFERS, [
      fine(
        {
          id: "actor-buyer-accepts",
          clause: "EVENT-5",
          why: "The seller offered, so the buyer accepts.",
          kills: "let the seller accept always",
        },
        "accepted",
        NO_BALANCES,
        accept({ by: "buyer" }),
      ),
      actor(
        "seller-accepts-own-offer",
        "actor-buyer-accepts",
        "Nobody accepts their own offer, the seller neither.",
        "let the seller accept always",
        accept(),
      ),
    ]),
    after("Parties of an offer.", EMPTY, [
      fine(
        {
          id: "actor-checkers-of-many-parts",
          clause: "EVENT-6",
          why: "Arbiter and settler check as well; only the seller may not.",
          kills: "keep checkers apart from everyone but the buyer",
        },
        "offered",
        NO_BALANCES,
        offer(terms({ parties: twoCheckers })),
      ),
      wrong(
        {
          id: "actor-arbiter-is-buyer",
          clause: "EVENT-6",
          code: "EVENT_PARTIES_OVERLAP",
          pointer: "/body/parties/arbiter/id",
          twin: "event-offer",
          why: "Nobody rules in their own dispute.",
          kills: "compare the arbiter with the settler only",
        },
        offer(terms({ parties: { ...PARTIES, arbiter: { id: idOf("buyer") } } })),
      ),
      wrong(
        {
          id: "actor-arbiter-is-seller",
          clause: "EVENT-6",
          code: "EVENT_PARTIES_OVERLAP",
          pointer: "/body/parties/arbiter/id",
          twin: "event-offer",
          why: "Nobody rules in their own dispute, the seller neither.",
          kills: "compare the arbiter with the buyer only",
        },
        offer(terms({ parties: { ...PARTIES, arbiter: { id: idOf("seller") } } })),
      ),
      wrong(
        {
          id: "actor-second-checker-is-seller",
          clause: "EVENT-6",
          code: "EVENT_PARTIES_OVERLAP",
          pointer: "/body/parties/checkers/second/id",
          twin: "actor-checkers-of-many-parts",
          why: "Every checker is compared, also one that no requirement names.",
          kills: "compare the first checker only",
        },
        offer(
          terms({
            parties: { ...PARTIES, checkers: { quality: { id: idOf("checker") }, second: { id: idOf("seller") } } },
          }),
        ),
      ),
    ]),
    after("In review.", REVIEW, [
      actor(
        "buyer-cancels-in-review",
        "state-review-cancelled",
        "The buyer has seen the work and cannot cancel any more.",
        "let the buyer cancel until the decision",
        cancel({ by: "buyer", hours: 4 }),
      ),
    ]),
    after("Two checks by two checkers, and an approval.", TWO_CHECKERS, [
      fine(
        {
          id: "actor-each-checker",
          clause: "EVENT-5",
          why: "Each checker answers its own requirement.",
          kills: "let the first checker answer everything",
        },
        "review",
        ESCROW_BALANCES,
        attest(),
        attest({ requirement: "audited" }, { by: "arbiter" }),
      ),
      actor(
        "other-checker",
        "actor-each-checker",
        "The auditor answers for the quality checker: it is a checker of the offer, and not of this requirement.",
        "let any checker of the offer attest",
        attest({}, { by: "arbiter" }),
      ),
      wrong(
        {
          id: "actor-other-checker-unknown-requirement",
          clause: "EVENT-13",
          code: "EVENT_REQUIREMENT_UNKNOWN",
          pointer: "/body/requirement",
          twin: "actor-each-checker",
          why: "The requirement is none, so any checker of the offer may say so, and the requirement is the fault.",
          kills: "refuse the actor when the requirement is unknown",
        },
        attest({ requirement: "other" }, { by: "arbiter" }),
      ),
      wrong(
        {
          id: "actor-checker-of-no-requirement",
          clause: "EVENT-13",
          code: "EVENT_REQUIREMENT_UNKNOWN",
          pointer: "/body/requirement",
          twin: "actor-each-checker",
          why: "The settler is a checker of the offer that no requirement names; it attests an approval.",
          kills: "know checkers by the requirements that name them",
        },
        attest({ requirement: "approved" }, { by: "settler" }),
      ),
      actor(
        "buyer-attests-unknown-requirement",
        "actor-each-checker",
        "The buyer is no checker here, whatever it attests.",
        "look for the requirement before the actor",
        attest({ requirement: "other" }, { by: "buyer" }),
      ),
      actor(
        "seller-approves",
        "approved-one-of-two",
        "The seller approves its own work.",
        "let either party approve",
        approve({}, { by: "seller" }),
      ),
    ]),
    ...(
      [
        [
          "release",
          RULED,
          "state-ruled-released",
          release({ due: at(20), toSeller: "975", fee: "25", toBuyer: "3800" }, { hours: 20 }),
        ],
        ["closing", CLOSING, "log-reason", close()],
      ] as const
    ).map(([name, prefix, twin, step]) =>
      after(
        `By another party: ${name}.`,
        prefix,
        (["buyer", "arbiter"] as const satisfies readonly Player[]).map((by) =>
          actor(`${by}-${name}`, twin, `The ${by} makes the settler's ${name}.`, `let the ${by} make the ${name}`, {
            ...step,
            by,
          }),
        ),
      ),
    ),
    after("In the window.", WINDOW, [
      actor(
        "arbiter-disputes",
        "state-disputed",
        "Who rules does not dispute.",
        "let the arbiter open a dispute",
        dispute({}, { by: "arbiter" }),
      ),
      actor(
        "settler-disputes",
        "state-disputed",
        "Who holds the money does not dispute.",
        "let the settler open a dispute",
        dispute({}, { by: "settler" }),
      ),
    ]),
  ],
};
