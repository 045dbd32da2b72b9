import { jwkFromPublicKey } from "@settld/protocol";
import { keyOf, trustDoc } from "../../cast.ts";
import type { Case } from "../../format.ts";
import { at } from "../../time.ts";
import { reject, withKey, withParty } from "./document-case.ts";

const doc = trustDoc();

const schema = (fault: string, document: unknown, why: string, kills: string): Case =>
  reject({ fault, clause: "TRUST-1", code: "TRUST_SCHEMA", why, kills, document });

const instant = (fault: string, pointer: string, document: unknown, why: string, kills: string): Case =>
  reject({ fault, clause: "TIME-1", code: "TIME_INSTANT", pointer, why, kills, document });

/** Documents that do not have the shape of one, and instants that are none. */
export const shapes: readonly Case[] = [
  schema(
    "no-version",
    Object.fromEntries(Object.entries(doc).filter(([name]) => name !== "version")),
    "Without a version nobody knows which document is newer.",
    "default missing members",
  ),
  schema(
    "extra-member",
    { ...doc, note: "x" },
    "What a verifier does not understand it must not overlook.",
    "ignore unknown members",
  ),
  schema("negative-version", { ...doc, version: -1 }, "Versions count from 0.", "accept any integer"),
  schema("version-text", { ...doc, version: "1" }, "A version is a number.", "turn text into numbers"),
  schema("unknown-role", withParty({ roles: ["auditor"] }), "There are five roles.", "ignore unknown roles"),
  schema("no-role", withParty({ roles: [] }), "A party has a role.", "accept a party without a role"),
  schema("no-key", withParty({ keys: [] }), "A party has a key.", "accept a party without a key"),
  schema(
    "party-upper-case",
    withParty({ id: "https://Buyer.example" }),
    "Ids are compared bytewise, so hosts have one case.",
    "compare ids without case",
  ),
  schema(
    "jwk-private",
    withKey({ jwk: { ...jwkFromPublicKey(keyOf("buyer").publicKey), d: "x" } }),
    "A private key in a public document.",
    "ignore d",
  ),
  schema(
    "jwk-short",
    withKey({ jwk: { kty: "OKP", crv: "Ed25519", x: "AAAA" } }),
    "Inside a document a malformed key is a violation of the schema.",
    "report KEY_LENGTH here",
  ),
  schema(
    "date-only",
    { ...doc, issuedAt: "2026-01-01" },
    "Text of another shape is a violation of the schema and no instant that is wrong.",
    "parse dates leniently",
  ),
  schema(
    "time-zone",
    { ...doc, issuedAt: "2026-01-01T00:00:00.000+00:00" },
    "UTC is written Z.",
    "parse dates leniently",
  ),
  schema(
    "revoked-reason",
    withKey({ revoked: { at: at(0), reason: "retired" } }),
    "There are two reasons, with different effects.",
    "treat unknown reasons as superseded",
  ),

  instant(
    "30-february",
    "/issuedAt",
    { ...doc, issuedAt: "2026-02-30T00:00:00.000Z" },
    "Date constructors carry the 30th of February into March.",
    "let days overflow",
  ),
  instant(
    "leap-second",
    "/issuedAt",
    { ...doc, issuedAt: "2016-12-31T23:59:60.000Z" },
    "It was a real second, and milliseconds since 1970 cannot express it.",
    "accept second 60",
  ),
  instant(
    "hour-24",
    "/issuedAt",
    { ...doc, issuedAt: "2026-01-01T24:00:00.000Z" },
    "ISO 8601 once allowed it.",
    "accept hour 24",
  ),
  instant(
    "month-13",
    "/issuedAt",
    { ...doc, issuedAt: "2026-13-01T00:00:00.000Z" },
    "There are twelve months.",
    "check the shape only",
  ),
  instant(
    "month-0",
    "/issuedAt",
    { ...doc, issuedAt: "2026-00-01T00:00:00.000Z" },
    "Months count from 1.",
    "count months from 0",
  ),
  instant(
    "1969",
    "/issuedAt",
    { ...doc, issuedAt: "1969-12-31T23:59:59.999Z" },
    "Time starts in 1970.",
    "accept negative times",
  ),
  instant(
    "year-99",
    "/issuedAt",
    { ...doc, issuedAt: "0099-01-01T00:00:00.000Z" },
    "Date.UTC reads 99 as 1999.",
    "read two-digit years",
  ),
  instant(
    "29-february-2100",
    "/expiresAt",
    { ...doc, expiresAt: "2100-02-29T00:00:00.000Z" },
    "2100 is no leap year.",
    "divide years by 4 only",
  ),
  instant(
    "key-window-instant",
    "/parties/0/keys/0/notAfter",
    withKey({ notAfter: "2026-04-31T00:00:00.000Z" }),
    "Windows of keys are instants, too.",
    "check the document's own instants only",
  ),
  instant(
    "revoked-instant",
    "/parties/0/keys/0/revoked/at",
    withKey({ revoked: { at: "2026-04-31T00:00:00.000Z", reason: "superseded" } }),
    "The time of a revocation decides, so it must be one.",
    "read revoked.at when it is needed",
  ),
];
