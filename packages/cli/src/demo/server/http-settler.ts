import {
  type Amount,
  base64Encode,
  type Digest,
  digestOf,
  type Envelope,
  PAYLOAD_TYPES,
  parseEvent,
  parseJson,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { roleOf } from "../cast.ts";
import { itemsOf } from "../memory-settler.ts";
import type { SettlerAnswer, SettlerPort } from "../settler-port.ts";
import { type Answer, type Api, apiOf } from "./api.ts";
import { TENANTS, type Tenant } from "./messages.ts";
import type { DemoServer } from "./open-server.ts";

/** A settler that is a server: each party speaks to it over HTTP with an API key of its own. */
export type HttpSettler = SettlerPort & {
  /** Requests that were made. */
  readonly requests: () => number;
};

type Page = { readonly data: readonly { readonly envelope: Envelope }[] };

type AgreementView = { readonly parties: { readonly buyer: string }; readonly amount: Amount };

const PAGE_SIZE = 100;

/** Speaks to the server of the story as its parties do. */
export function httpSettler({ url, apiKeys, advanceTo }: Omit<DemoServer, "close">): HttpSettler {
  const apis = Object.fromEntries(TENANTS.map((tenant) => [tenant, apiOf(url, apiKeys[tenant])])) as Readonly<
    Record<Tenant, Api>
  >;
  const apiFor = (party: string): Api => {
    const tenant = TENANTS.find((name) => name === roleOf(party));
    if (tenant === undefined) throw new TypeError(`${party} has no API key`);
    return apis[tenant];
  };
  // Evidence is uploaded by whoever names it in an event, and that is known with the event.
  const evidence = new Map<Digest, Uint8Array>();
  return {
    advanceTo,

    async putEvidence(bytes) {
      evidence.set(digestOf(bytes, defaultCrypto), bytes);
    },

    async submitEvent(payload, { keyid, sig }) {
      const event = parseEvent(parseJson(payload, { canonical: true }), payload.length);
      const envelope = {
        payloadType: PAYLOAD_TYPES.event,
        payload: base64Encode(payload),
        signatures: [{ keyid, sig: base64Encode(sig) }],
      };
      const api = apiFor(event.by);
      for (const digest of itemsOf(event)) await api.put(`/v1/evidence/${digest}`, evidence.get(digest));
      const path = "agreement" in event ? `/v1/agreements/${event.agreement}/events` : "/v1/agreements";
      return answerOf(await api.post(path, envelope));
    },

    async fundEscrow(agreement, funding) {
      const { parties, amount } = await apis.buyer.get<AgreementView>(`/v1/agreements/${agreement}`);
      // The buyer's money arrives first, which is the operator's to say; then it goes into escrow.
      const deposit = await apis.operator.post("/v1/deposits", {
        party: parties.buyer,
        amount,
        reference: funding.reference,
      });
      return deposit.ok
        ? answerOf(await apis.buyer.post(`/v1/agreements/${agreement}/fund`, { funding }))
        : answerOf(deposit);
    },

    async readLog(agreement: Digest, from: number) {
      const envelopes: Envelope[] = [];
      for (;;) {
        const next = from + envelopes.length;
        const path = `/v1/agreements/${agreement}/events?from=${next}&limit=${PAGE_SIZE}`;
        const { data } = await apis.buyer.get<Page>(path);
        envelopes.push(...data.map(({ envelope }) => envelope));
        if (data.length < PAGE_SIZE) return envelopes;
      }
    },

    issueReceipt: (agreement) => apis.buyer.get<Envelope>(`/v1/agreements/${agreement}/receipt`),

    requests: () => TENANTS.reduce((sum, tenant) => sum + apis[tenant].count(), 0),
  };
}

function answerOf(answer: Answer<unknown>): SettlerAnswer {
  return answer.ok ? { ok: true } : { ok: false, code: answer.code, message: answer.detail };
}
