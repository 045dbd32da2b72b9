import {
  base64Decode,
  base64Encode,
  canonicalize,
  type Envelope,
  fromUtf8,
  type JsonValue,
  type PAYLOAD_TYPES,
  signEnvelope,
  utf8,
} from "@settld/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testSigner } from "../testing/index.ts";
import {
  agreementOf,
  events,
  findingOf,
  makeOriginal,
  type Original,
  type Row,
  receipt,
  run,
  SETTLER,
  textsOf,
} from "./tampering.ts";

let original: Original;
beforeAll(async () => {
  original = await makeOriginal();
});
afterAll(() => original.close());

const ROWS: readonly Row[] = [
  [
    "a timer that is taken away",
    "log",
    /due at no time/,
    run("UPDATE agreements SET due = NULL WHERE status = 'review'"),
  ],
  ["a timer that is put off", "log", /due at/, run("UPDATE agreements SET due = due + 1 WHERE status = 'offered'")],
  ["a timer of a closed agreement", "log", /due at 1/, run("UPDATE agreements SET due = 1 WHERE status = 'closed'")],
  ["a status", "log", /found closed after/, run("UPDATE agreements SET status = 'closed' WHERE status = 'offered'")],
  ["a head", "log", /at sha256:x/, run("UPDATE agreements SET head = 'sha256:x' WHERE status = 'offered'")],
  ["a number of events", "log", /after 2 events/, run("UPDATE agreements SET events = 2 WHERE status = 'offered'")],
  [
    "when an agreement was made",
    "log",
    /made at/,
    run("UPDATE agreements SET created_at = created_at + 1 WHERE status = 'offered'"),
  ],
  [
    "an agreement that lists do not reach",
    "log",
    /all agreements/,
    run("UPDATE agreements SET created_at = 9007199254740991, n = 9007199254740991 WHERE status = 'offered'"),
  ],
  ["an agreement's id", "log", /of sha256:/, run(`UPDATE agreements SET id = 'sha256:x' WHERE status = 'offered'`)],
  ["an agreement whose events stay", "log", /all events/, run("DELETE FROM agreements WHERE status = 'offered'")],
  [
    "an agreement without events",
    "log",
    /expected nothing/,
    run(`DELETE FROM events WHERE agreement = ${agreementOf("offered")}`),
  ],
  [
    "the last event",
    "log",
    /expected .* after \d+ events/,
    run(`DELETE FROM events WHERE n = (SELECT max(n) FROM events WHERE agreement = ${agreementOf("review")})`),
  ],
  [
    "an event in the middle",
    "log",
    /to be admitted, found LOG_/,
    run(`DELETE FROM events WHERE agreement = ${agreementOf("review")} AND seq = 1`),
  ],
  ["events' types", "log", /found x at/, run("UPDATE events SET type = 'x' WHERE n = 1")],
  ["events' times", "log", /at \d+ as event/, run("UPDATE events SET at = at + 1 WHERE n = 2")],
  [
    "events' places",
    "log",
    /as event 99/,
    run(`UPDATE events SET seq = 99 WHERE n = (SELECT max(n) FROM events WHERE agreement = ${agreementOf("review")})`),
  ],
  ["events' digests", "log", /sha256:x/, run("UPDATE events SET digest = 'sha256:x' WHERE n = 1")],
  [
    "signatures that are none",
    "signature",
    /event 0 .* found DSSE_SIGNATURE_/,
    events("true", (envelope) => ({
      ...envelope,
      signatures: envelope.signatures.map((one: object) => ({ ...one, sig: base64Encode(new Uint8Array(64)) })),
    })),
  ],
  [
    "an author's signature of another event",
    "signature",
    /event \d+ to be signed by https:\/\/acme-\w+\.example at 0, found DSSE_SIGNATURE_INVALID/,
    events("type IN ('agreement.offered', 'work.submitted')", (envelope, all) => ({
      ...envelope,
      signatures: [
        { ...envelope.signatures[0], sig: all.find((one) => one !== envelope).signatures[0].sig },
        envelope.signatures[1],
      ],
    })),
  ],
  [
    "an admission that is taken out",
    "signature",
    /with 2 signatures, found 1/,
    events("type = 'agreement.accepted'", (envelope) => ({ ...envelope, signatures: [envelope.signatures[0]] })),
  ],
  [
    "an author that is taken out",
    "signature",
    /signatures, found 1|TRUST_KEY_PARTY/,
    events("type = 'agreement.accepted'", (envelope) => ({ ...envelope, signatures: [envelope.signatures[1]] })),
  ],
  [
    "an admission by a tenant",
    "signature",
    /at 1, found TRUST_KEY_PARTY/,
    async (store) => {
      const { payload, payloadType, signatures } = JSON.parse(
        fromUtf8(store.sql("SELECT envelope FROM events WHERE n = 1").get()?.["envelope"] as Uint8Array),
      ) as Envelope;
      const other = await signEnvelope(payloadType as typeof PAYLOAD_TYPES.event, base64Decode(payload), [
        await testSigner("server evil-buyer"),
      ]);
      const envelope = { payload, payloadType, signatures: [signatures[0], other.signatures[0]] };
      store.sql("UPDATE events SET envelope = ? WHERE n = 1").run(utf8(canonicalize(envelope as unknown as JsonValue)));
    },
  ],
  [
    "an event's spelling",
    "log",
    /to be readable, found JCS_/,
    run("UPDATE events SET envelope = CAST(CAST(envelope AS TEXT) || ' ' AS BLOB) WHERE n = 1"),
  ],
  [
    "what an event says",
    "log",
    /with digest|LOG_|admitted/,
    events("type = 'dispute.resolved'", (envelope) => ({
      ...envelope,
      payload: base64Encode(utf8(fromUtf8(base64Decode(envelope.payload)).replace('"4000"', '"4001"'))),
    })),
  ],
  [
    "the settler's role",
    "signature",
    /TRUST_ROLE/,
    run(`UPDATE parties SET roles = '["buyer"]' WHERE id = '${SETTLER}'`),
  ],
  ["the settler's key", "signature", /TRUST_KEY_UNKNOWN/, run(`DELETE FROM party_keys WHERE party = '${SETTLER}'`)],
  ["a receipt that is none", "receipt", /readable/, run("UPDATE receipts SET envelope = x'7b7d'")],
  ["a receipt that is taken out", "receipt", /a receipt, found no receipt/, run("DELETE FROM receipts")],
  [
    "a receipt of an open agreement",
    "receipt",
    /no receipt, found a receipt/,
    run(`UPDATE receipts SET agreement = ${agreementOf("review")}`),
  ],
  [
    "a receipt of no agreement",
    "receipt",
    /all receipts/,
    run("INSERT INTO receipts SELECT 99, envelope FROM receipts"),
  ],
  [
    "a receipt of other totals",
    "receipt",
    /the receipt that the log gives, found another/,
    receipt((statement) => {
      statement.predicate.totals.fee = "0";
      return statement;
    }),
  ],
  [
    "a receipt from before the closing",
    "receipt",
    /the receipt that the log gives, found another/,
    receipt((statement) => {
      statement.predicate.at = "2026-11-02T08:59:59.999Z";
      return statement;
    }),
  ],
  [
    "a receipt of a tenant",
    "signature",
    /the receipt to be signed by https:\/\/settler.* TRUST_KEY_PARTY/,
    receipt((statement) => statement, "server evil-seller"),
  ],
  [
    "a stranger as buyer",
    "role",
    /buyer https:\/\/x/,
    run("UPDATE roles SET party = 'https://x' WHERE role = 'buyer'"),
  ],
  ["a role that is taken out", "role", /arbiter/, run("DELETE FROM roles WHERE role = 'arbiter'")],
  ["another role", "role", /found seller/, run("UPDATE roles SET role = 'seller' WHERE role = 'buyer'")],
  [
    "a stranger beside the parties",
    "role",
    /https:\/\/x/,
    run("INSERT INTO roles VALUES (1, 9, 'https://x', 'checker', 1)"),
  ],
  ["a part in no agreement", "role", /all roles/, run("INSERT INTO roles VALUES (99, 0, 'https://x', 'checker', 1)")],
  [
    "a reference to evidence that is taken out",
    "evidence",
    /a reference to sha256/,
    run(`DELETE FROM evidence_references WHERE agreement = ${agreementOf("closed")}`),
  ],
  [
    "a reference to evidence that nobody names",
    "evidence",
    /all references/,
    run(`INSERT INTO evidence_references SELECT digest, ${agreementOf("offered")}, 0 FROM evidence_references LIMIT 1`),
  ],
  ["evidence that is taken out", "evidence", /size \d+, found none/, run("DELETE FROM evidence")],
  [
    "evidence that is called purged",
    "evidence",
    /a tombstone for sha256:\w+, found none/,
    run("UPDATE evidence_references SET purged = 1"),
  ],
  ["evidence of another size", "evidence", /found 1$/, run("UPDATE evidence SET size = 1")],
];

describe("the audit of an agreement", () => {
  test.each(ROWS)("names %s", async (...row) => {
    const [, , , tamper] = row;
    expect(textsOf(await original.audited(tamper))).toContainEqual(expect.stringMatching(findingOf(row)));
  });
});
