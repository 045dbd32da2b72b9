import { keyOf, secondSettlerKey, trustKey } from "../../cast.ts";
import type { Case, VectorFile } from "../../format.ts";
import { head, type Log } from "../../log-builder.ts";
import { EXPIRED } from "../../story.ts";
import { at } from "../../time.ts";
import { bad, good, told } from "./case.ts";
import { expired } from "./closed-story.ts";
import { everyKey, trust, two } from "./keys.ts";

const actor = "/signatures/0/keyid";

const settler = keyOf("settler");

const compromised = { revoked: { at: at(30), reason: "compromised" } } as const;
const superseded = { revoked: { at: at(30), reason: "superseded" } } as const;
const OPEN_FACTS = (log: Log, established: number) => ({ head: head(log), status: "closed", established });

const cases: readonly Case[] = [
  await good({
    id: "compromised-actor-superseded-admission",
    clause: "TRUST-15",
    why: "The actor's key was stolen, the key of the admission was only replaced: the settler saw the event before.",
    kills: "demand a key of the admission that is not revoked at all",
    story: expired(),
    input: trust({ buyer: [trustKey(keyOf("buyer"), compromised)], settler: [trustKey(settler, superseded)] }),
  }),
  {
    ...(await bad({
      id: "compromised-actor-and-admission-of-one-event",
      clause: "TRUST-15",
      code: "TRUST_KEY_COMPROMISED",
      pointer: actor,
      twin: "compromised-actor-superseded-admission",
      why: "The closing is by a good key, and the offer by two stolen ones; a receipt by a stolen key does not vouch.",
      kills: "let a later event of a good key vouch",
      story: expired(),
      signed: { 1: [secondSettlerKey] },
      input: trust({
        buyer: [trustKey(keyOf("buyer"), compromised)],
        settler: two(settler, secondSettlerKey).map((key, index) => (index === 0 ? { ...key, ...compromised } : key)),
      }),
    })),
  },
  await good({
    id: "compromised-key-that-never-signed",
    clause: "TRUST-16",
    why: "A key of the settler was stolen that signed nothing here.",
    kills: "doubt every log of a settler that lost a key",
    story: expired(),
    input: trust({ settler: two(settler, secondSettlerKey, compromised) }),
  }),
  {
    id: "compromised-closing-only",
    clause: "TRUST-16",
    code: "TRUST_SETTLER_COMPROMISED",
    verdict: "indeterminate",
    fault: "last-event-by-compromised-key",
    twin: "compromised-key-that-never-signed",
    why: "Only the closing is by the stolen key: the log is in doubt, and what was established ends before it.",
    kills: "look at the first key of the settler only",
    input: await told({
      story: expired(),
      signed: { 1: [secondSettlerKey] },
      receiptBy: secondSettlerKey,
      input: trust({ settler: two(settler, secondSettlerKey, compromised) }),
    }),
    facts: OPEN_FACTS(EXPIRED, 1),
  },
  {
    id: "compromised-from-the-start",
    clause: "TRUST-16",
    code: "TRUST_SETTLER_COMPROMISED",
    verdict: "indeterminate",
    fault: "every-event-by-compromised-key",
    twin: "compromised-key-that-never-signed",
    why: "Every event is by the stolen key: nothing is established.",
    kills: "report a chain that anybody could have written",
    input: await told({
      story: expired(),
      input: trust({ settler: [trustKey(settler, compromised)] }),
    }),
    facts: OPEN_FACTS(EXPIRED, 0),
  },
  await good({
    id: "compromised-and-vouched-for",
    clause: "TRUST-16",
    why: "A later receipt by the settler's new key vouches for all of it.",
    kills: "leave out what a stolen key signed, whoever vouches",
    story: expired(),
    receiptBy: secondSettlerKey,
    receiptAt: at(40),
    input: trust({
      settler: [trustKey(settler, compromised), trustKey(secondSettlerKey)],
    }),
  }),
];

/** Compromised keys, and who vouches. */
export const doubts: VectorFile = {
  path: "trust/doubts.json",
  op: "bundle.verify",
  description: "Compromised keys, and who vouches.",
  groups: [{ input: everyKey, cases }],
};
