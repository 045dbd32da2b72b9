import { canonicalBytes, digestOf, formatInstant, PAYLOAD_TYPES, REVISION, signEnvelope, utf8 } from "@settld/protocol";
import { verifyBundle } from "@settld/verifier";
import { expect, test } from "vitest";
import { startTestServer, type TestParty, type TestServer } from "./testing/index.ts";

const HOUR = 3_600_000;
const AMOUNT = { value: "48000", assetCode: "USD", assetScale: 2 };

// biome-ignore lint/suspicious/noExplicitAny: answers are compared with toMatchObject, whatever is in them.
type Body = Record<string, any>;
type Reply = { readonly status: number; readonly body: Body; readonly headers: Headers };

const client = (server: TestServer, apiKey: string) => {
  let keys = 0;
  return async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> => {
    keys += 1;
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(method === "POST" ? { "idempotency-key": `${apiKey.slice(-8)}-${keys}` } : {}),
        ...(body === undefined
          ? {}
          : { "content-type": body instanceof Uint8Array ? "application/octet-stream" : "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: body instanceof Uint8Array ? body.slice() : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /^application\/(?:problem\+)?json$/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, body: isJson ? JSON.parse(text) : { text }, headers: response.headers };
  };
};

const seal = (party: TestParty, payload: object) =>
  signEnvelope(PAYLOAD_TYPES.event, canonicalBytes(payload as never), [party.signer]);

test("a whole paid job over HTTP, from offer to a bundle that verifies", async () => {
  const server = await startTestServer({ now: Date.UTC(2026, 10, 2, 9) });
  try {
    const buyer = await server.party("buyer", "buyer");
    const seller = await server.party("seller", "seller");
    const checker = await server.party("checker", "checker");
    const asBuyer = client(server, buyer.apiKey);
    const asSeller = client(server, seller.apiKey);
    const asChecker = client(server, checker.apiKey);
    await server.deposit(buyer.id, AMOUNT);
    const at = () => formatInstant(server.time.now());
    const offer = {
      v: REVISION,
      type: "agreement.offered",
      seq: 0,
      at: at(),
      by: buyer.id,
      body: {
        nonce: "000102030405060708090a0b0c0d0e0f",
        parties: {
          buyer: { id: buyer.id },
          seller: { id: seller.id },
          settler: { id: server.settler },
          checkers: { quality: { id: checker.id } },
        },
        amount: AMOUNT,
        policy: {
          requirements: [
            { id: "ok", kind: "check", checker: "quality", item: "a.csv", pointer: "/ok", op: "eq", value: true },
          ],
          payout: { kind: "all-or-nothing" },
        },
        feeBps: 250,
        acceptBy: formatInstant(server.time.now() + HOUR),
        fundBy: formatInstant(server.time.now() + 2 * HOUR),
        submitBy: formatInstant(server.time.now() + 3 * HOUR),
        reviewMs: HOUR,
        attemptsMax: 1,
        holdbackBps: 0,
        disputeMs: 0,
        rulingMs: 0,
        references: [],
      },
    };
    const made = await asBuyer("POST", "/v1/agreements", await seal(buyer, offer));
    expect(made).toMatchObject({ status: 201, body: { agreement: { status: "offered", events: 1 } } });
    const { id } = made.body["agreement"];
    const next = (agreement: Body, type: string, by: TestParty, body: object) =>
      seal(by, {
        v: REVISION,
        agreement: id,
        seq: agreement["events"],
        prev: agreement["head"],
        at: at(),
        type,
        by: by.id,
        body,
      });
    const path = `/v1/agreements/${id}`;
    const accepted = await asSeller(
      "POST",
      `${path}/events`,
      await next(made.body["agreement"], "agreement.accepted", seller, {}),
    );
    expect(accepted).toMatchObject({ status: 201, body: { agreement: { status: "accepted" } } });
    const funded = await asBuyer("POST", `${path}/fund`, {});
    expect(funded).toMatchObject({ status: 201, body: { agreement: { status: "funded" } } });
    const data = utf8("a,b\n1,2\n");
    const digest = digestOf(data);
    expect(await asSeller("PUT", `/v1/evidence/${digest}`, data)).toMatchObject({
      status: 201,
      body: { size: data.length },
    });
    const item = { name: "a.csv", mediaType: "text/csv", digest, size: data.length };
    const submitted = await asSeller(
      "POST",
      `${path}/events`,
      await next(funded.body["agreement"], "work.submitted", seller, { attempt: 1, items: [item] }),
    );
    expect(submitted).toMatchObject({ status: 201, body: { agreement: { status: "review" } } });
    const attested = await asChecker(
      "POST",
      `${path}/events`,
      await next(submitted.body["agreement"], "evidence.attested", checker, {
        submission: submitted.body["event"].digest,
        subject: digest,
        requirement: "ok",
        result: { ok: true },
      }),
    );
    expect(attested).toMatchObject({ status: 201, body: { agreement: { status: "closed", reason: "settled" } } });
    expect(attested.body["appended"].map(({ type }: { type: string }) => type)).toEqual([
      "evidence.attested",
      "decision.made",
      "settlement.executed",
      "agreement.closed",
    ]);
    const bundle = await asBuyer("GET", `${path}/bundle`);
    const report = await verifyBundle(utf8(bundle.body["text"] ?? JSON.stringify(bundle.body)), {
      root: server.registryKey,
    });
    expect(report).toMatchObject({ verdict: "accept", evidence: { inline: 1 } });
    const accounts = await asSeller("GET", "/v1/accounts");
    expect(accounts.body["data"]).toMatchObject([{ kind: "available", balance: { value: "46800" } }]);
    const audit = await client(server, server.operatorKey)("GET", "/v1/audit");
    expect(audit.body).toMatchObject({ ok: true, agreements: 1, events: 8, findings: [] });
  } finally {
    await server.close();
  }
});
