import { idOf } from "../../cast.ts";
import type { Case, VectorFile } from "../../format.ts";
import { PARTIES, valid } from "../../story.ts";
import { bad, good } from "./case.ts";
import { checked, ruled } from "./closed-story.ts";
import { everyKey, trust } from "./keys.ts";

const actor = "/signatures/0/keyid";

const buyerChecks = { ...PARTIES, checkers: { quality: { id: idOf("buyer") } } };
const withRoles = (roles: Readonly<Record<string, readonly string[]>>) => ({ input: trust({}, roles) });

const cases: readonly Case[] = await Promise.all([
  good({
    id: "role-of-each",
    clause: "TRUST-11",
    why: "Buyer, seller, checker and settler, each in a role of theirs.",
    kills: "confuse two roles",
    story: checked(),
  }),
  bad({
    id: "role-of-seller",
    clause: "TRUST-11",
    code: "TRUST_ROLE",
    pointer: actor,
    twin: "role-of-each",
    why: "The document knows the seller as a buyer only; the event says in which role it acts.",
    kills: "demand any role",
    story: checked(),
    ...withRoles({ [idOf("seller")]: ["buyer", "checker", "arbiter", "settler"] }),
  }),
  bad({
    id: "role-of-checker",
    clause: "TRUST-11",
    code: "TRUST_ROLE",
    pointer: actor,
    twin: "role-of-each",
    why: "Whoever attests must be known as a checker.",
    kills: "look at the roles of buyer and seller only",
    story: checked(),
    ...withRoles({ [idOf("checker")]: ["buyer", "seller", "arbiter", "settler"] }),
  }),
  bad({
    id: "role-of-arbiter",
    clause: "TRUST-11",
    code: "TRUST_ROLE",
    pointer: actor,
    twin: "pinned-arbiter",
    why: "Whoever rules must be known as an arbiter.",
    kills: "look at the roles of buyer and seller only",
    story: ruled(),
    ...withRoles({ [idOf("arbiter")]: ["buyer", "seller", "checker", "settler"] }),
  }),
  good({
    id: "role-of-buyer-who-checks",
    clause: "TRUST-11",
    why: "The buyer attests as a checker and has both roles.",
    kills: "allow one role a party",
    story: checked(buyerChecks, valid, "buyer"),
    ...withRoles({ [idOf("buyer")]: ["checker", "buyer"] }),
  }),
  bad({
    id: "role-of-buyer-who-may-not-check",
    clause: "TRUST-11",
    code: "TRUST_ROLE",
    pointer: actor,
    twin: "role-of-buyer-who-checks",
    why: "The buyer's offer is good, its attestation needs another role.",
    kills: "derive the role from the party instead of the event",
    story: checked(buyerChecks, valid, "buyer"),
    ...withRoles({ [idOf("buyer")]: ["buyer"] }),
  }),
]);

/** Roles in which a party acts. */
export const roles: VectorFile = {
  path: "trust/roles.json",
  op: "bundle.verify",
  description: "Roles in which a party acts.",
  groups: [{ input: everyKey, cases }],
};
