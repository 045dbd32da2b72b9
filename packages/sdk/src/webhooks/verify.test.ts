import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { randomOf, runs } from "@settld/testkit";
import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { verifyWebhook, type WebhookInput } from "./verify.ts";

const NOW = Math.floor(Date.now() / 1_000);
const SECRET = `whsec_${Buffer.from("a secret of twenty-four bytes or so").toString("base64")}`;
const BODY = '{"type":"escrow.funded","timestamp":"2026-03-01T09:00:00.000Z","data":{"agreement":"é"}}';

const hmac = (secret: string, text: string): string =>
  createHmac("sha256", Buffer.from(secret.slice("whsec_".length), "base64"))
    .update(text)
    .digest("base64");

const headersOf = (body = BODY, { id = "msg_1", seconds = NOW, secret = SECRET } = {}): Record<string, string> => ({
  "webhook-id": id,
  "webhook-timestamp": String(seconds),
  "webhook-signature": `v1,${hmac(secret, `${id}.${seconds}.${body}`)}`,
});

const verdict = async (input: Partial<WebhookInput>): Promise<string> => {
  try {
    const { id, message } = await verifyWebhook({ headers: headersOf(), body: BODY, secrets: SECRET, ...input });
    return `${id} ${message.type}`;
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
};

test("takes what the package signs, as text and as bytes, from every kind of headers", async () => {
  const signature = new Webhook(SECRET).sign("msg_1", new Date(NOW * 1_000), BODY);
  const headers = { "webhook-id": "msg_1", "webhook-timestamp": String(NOW), "webhook-signature": signature };
  const upper = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
  for (const one of [headers, upper, new Headers(headers)]) {
    for (const body of [BODY, new TextEncoder().encode(BODY), Buffer.from(BODY)]) {
      expect(await verdict({ headers: one, body })).toBe("msg_1 escrow.funded");
    }
  }
});

test("says what is wrong", async () => {
  const { "webhook-id": _, ...noId } = headersOf();
  expect(await verdict({ headers: noId })).toBe("HOOK_HEADERS");
  expect(await verdict({ headers: { ...headersOf(), "webhook-timestamp": "soon" } })).toBe("HOOK_HEADERS");
  expect(await verdict({ headers: { ...headersOf(), "webhook-id": ["msg_1", "msg_2"] } })).toBe("HOOK_HEADERS");
  for (const [away, expected] of [
    [-300, "msg_1 escrow.funded"],
    [-301, "HOOK_TIMESTAMP"],
    [300, "msg_1 escrow.funded"],
    [301, "HOOK_TIMESTAMP"],
  ] as const) {
    const headers = headersOf(BODY, { seconds: NOW + away });
    expect([away, await verdict({ headers, now: NOW * 1_000 + 999 })]).toEqual([away, expected]);
  }
  expect(
    await verdict({ headers: headersOf(BODY, { seconds: NOW - 400 }), toleranceSeconds: 400, now: NOW * 1_000 }),
  ).toMatch(/msg/);
  expect(await verdict({ body: `${BODY} ` })).toBe("HOOK_SIGNATURE");
  expect(await verdict({ secrets: [] })).toBe("HOOK_SIGNATURE");
  for (const body of ["", "{", "null", "[]", '{"type":1,"data":{}}', '{"type":"x"}']) {
    expect([body, await verdict({ headers: headersOf(body), body })]).toEqual([body, "HOOK_BODY"]);
  }
  for (const secrets of [
    "",
    "whsec_",
    "whsec_AAAA",
    SECRET.slice(6),
    `whpk_${Buffer.alloc(31).toString("base64")}`,
    `whsec_${"A".repeat(91)}=`,
  ]) {
    expect([secrets, await verdict({ secrets })]).toEqual([secrets, "HOOK_SECRET"]);
  }
});

test("any of several secrets and signatures will do, as in a rotation", async () => {
  const other = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  const both = {
    ...headersOf(),
    "webhook-signature": `v1,${hmac(other, `msg_1.${NOW}.${BODY}`)} ${headersOf()["webhook-signature"]}`,
  };
  for (const secrets of [SECRET, other, [other, SECRET], [SECRET, other]]) {
    expect(await verdict({ headers: both, secrets })).toBe("msg_1 escrow.funded");
  }
  expect(await verdict({ secrets: [other] })).toBe("HOOK_SIGNATURE");
  expect(await verdict({ secrets: [other, SECRET] })).toBe("msg_1 escrow.funded");
});

test("v1a verifies with the public key, and the schemes do not stand for each other", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const x = Buffer.from(String(publicKey.export({ format: "jwk" })["x"]), "base64url");
  const secrets = `whpk_${x.toString("base64")}`;
  const signature = sign(null, Buffer.from(`msg_1.${NOW}.${BODY}`), privateKey).toString("base64");
  const headers = (value: string) => ({ ...headersOf(), "webhook-signature": value });
  expect(await verdict({ headers: headers(`v1a,${signature}`), secrets })).toBe("msg_1 escrow.funded");
  expect(await verdict({ headers: headers(`v1,AAAA v1a,no v1a,${signature}`), secrets })).toBe("msg_1 escrow.funded");
  for (const value of [
    `v1,${signature}`,
    "v1a,",
    "v1a",
    `v1a,${signature.slice(4)}`,
    `v1a,${Buffer.alloc(64).toString("base64")}`,
  ]) {
    expect([value, await verdict({ headers: headers(value), secrets })]).toEqual([value, "HOOK_SIGNATURE"]);
  }
  expect(await verdict({ headers: headers(`v1a,${signature}`), secrets, body: `${BODY}\n` })).toBe("HOOK_SIGNATURE");
  // The key under which everything verifies on some platforms.
  const small = Buffer.alloc(32);
  small[0] = 1;
  const forged = Buffer.concat([small, Buffer.alloc(32)]).toString("base64");
  expect(await verdict({ headers: headers(`v1a,${forged}`), secrets: `whpk_${small.toString("base64")}` })).toBe(
    "HOOK_SIGNATURE",
  );
});

/** What the package says: taken or not. */
const theirs = (headers: Record<string, string>, body: string, secret: string): boolean => {
  try {
    return new Webhook(secret).verify(body, headers) !== undefined;
  } catch {
    return false;
  }
};

test("says the same as the standardwebhooks package of bent headers, bodies and secrets", async () => {
  const random = randomOf(11);
  const pick = <T>(values: readonly T[]): T => values[random(values.length)] as T;
  const bent = (text: string): string => {
    const at = random(text.length + 1);
    const more = pick(["", " ", ",", "0", "A", "=", ".", "v1,", "\u00e9", text]);
    return pick([
      text.slice(0, at) + more + text.slice(at + random(2)),
      text.toUpperCase(),
      more + text,
      text + more,
      more,
    ]);
  };
  const seen = { taken: 0, refused: 0 };
  for (let n = 0; n < runs(400); n++) {
    const id = pick(["msg_1", "", "msg 2", "a.b", "\u00e9"]);
    const seconds = NOW + pick([0, 0, 0, 0, 200, -200, 400, -400]);
    const body = pick([BODY, BODY, '{"type":"a","data":{}}', '{"type":"\ud83d\ude00","data":[]}']);
    const secret = pick([
      SECRET,
      `whsec_${Buffer.alloc(24, 3).toString("base64")}`,
      `whsec_${Buffer.alloc(64, 9).toString("base64")}`,
    ]);
    const headers = { ...headersOf(body, { id, seconds, secret }) };
    // Signatures come and go around the right one.
    const right = headers["webhook-signature"] ?? "";
    headers["webhook-signature"] = pick([
      right,
      right,
      `v1,x ${right}`,
      `${right} v2,y`,
      `${right},z`,
      `v1a,q ${right} v1`,
    ]);
    let [sent, key] = [body, secret];
    const name = pick(["webhook-id", "webhook-timestamp", "webhook-signature"]);
    pick([
      () => {},
      () => {
        headers[name] = bent(headers[name] ?? "");
      },
      () => {
        delete headers[name];
      },
      () => {
        sent = bent(body);
      },
      () => {
        key = pick([SECRET, `whsec_${Buffer.alloc(24, 3).toString("base64")}`]);
      },
      () => {
        headers["webhook-timestamp"] = pick([
          `${seconds}.9`,
          `${seconds}x`,
          ` ${seconds}`,
          `+${seconds}`,
          `0${seconds}`,
          "1e9",
          "-1",
          "NaN",
        ]);
      },
    ])();
    const expected = theirs(headers, sent, key);
    const found = (await verdict({ headers, body: sent, secrets: key })).includes(" ");
    // What they take and is no message is ours to refuse.
    const isMessage = /^\{"type":".*"data":[[{]/su.test(sent) && /[}\]]\}\s*$/.test(sent);
    expect([headers, sent, found]).toEqual([headers, sent, expected && isMessage]);
    seen[expected ? "taken" : "refused"] += 1;
  }
  expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(50);
});
