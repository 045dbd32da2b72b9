import { formatInstant, jwkFromPublicKey, signEnvelope } from "@settld/protocol";
import { Deal, newWork, offerOf, sealed } from "../deal.ts";
import type { Scenario, ScenarioGroup } from "../scenario.ts";
import { listAt, numberAt } from "../values.ts";
import { newSigner, proofOf } from "../world.ts";

const PARALLEL = 8;

const scenarios: readonly Scenario[] = [
  {
    id: "admit-settlers-event",
    clause: "HTTP-11",
    why: "What only a settler makes is taken from nobody.",
    code: "EVENT_ACTOR",
    run: async (world, notes) => {
      const deal = await Deal.offer(world, notes, await world.cast(notes));
      const amount = { value: "4000", ...world.asset };
      return deal.try("buyer", "escrow.funded", { amount });
    },
  },
  {
    id: "admit-unknown-type",
    clause: "HTTP-11",
    why: "The envelope and the event by itself are looked at first.",
    code: "EVENT_TYPE_UNKNOWN",
    run: async (world, notes) => {
      const deal = await Deal.offer(world, notes, await world.cast(notes));
      return deal.try("seller", "agreement.loved", {});
    },
  },
  {
    id: "admit-two-signatures",
    clause: "HTTP-11",
    why: "A party hands in its own signature alone; the settler's is the settler's to give.",
    code: "DSSE_SIGNATURE_COUNT",
    run: async (world, notes) => {
      const cast = await world.cast(notes);
      const { payload, payloadType } = await sealed(cast.buyer, offerOf(world, cast));
      const bytes = Buffer.from(payload, "base64");
      const body = await signEnvelope(payloadType, bytes, [cast.buyer.signer, cast.seller.signer]);
      return world.api.call(cast.buyer.tenant.apiKey, "agreements.create", { body });
    },
  },
  {
    id: "admit-wrong-signature",
    clause: "HTTP-11",
    why: "An event that its author did not sign is refused before anything is looked up.",
    code: "DSSE_SIGNATURE_INVALID",
    run: async (world, notes) => {
      const deal = await Deal.offer(world, notes, await world.cast(notes));
      const [good, other] = [
        await deal.next("seller", "agreement.accepted", {}),
        await deal.next("seller", "agreement.cancelled", {}),
      ];
      return deal.append("seller", { ...good, signatures: other.signatures });
    },
  },
  {
    id: "admit-unknown-key",
    clause: "HTTP-11",
    why: "A key that the trust document does not list signs for nobody.",
    code: "TRUST_KEY_UNKNOWN",
    run: async (world, notes) => {
      const cast = await world.cast(notes);
      const body = await sealed({ ...cast.buyer, signer: await newSigner() }, offerOf(world, cast));
      return world.api.call(cast.buyer.tenant.apiKey, "agreements.create", { body });
    },
  },
  {
    id: "admit-key-of-another",
    clause: "HTTP-11",
    why: "A key signs for its own party, also inside one tenant.",
    code: "TRUST_KEY_PARTY",
    run: async (world, notes) => {
      const cast = await world.cast(notes);
      const deal = await Deal.offer(world, notes, { ...cast, seller: { ...cast.seller, signer: cast.checker.signer } });
      return deal.try("seller", "agreement.accepted", {});
    },
  },
  {
    id: "admit-other-role",
    clause: "HTTP-11",
    why: "Who is registered as a checker does not sell.",
    code: "TRUST_ROLE",
    run: async (world, notes) => {
      const cast = await world.cast(notes);
      const deal = await Deal.offer(world, notes, { ...cast, seller: cast.arbiter });
      return deal.try("seller", "agreement.accepted", {});
    },
  },
  {
    id: "admit-revoked-key",
    clause: "HTTP-14",
    why: "From its revocation on a key signs nothing more.",
    code: "TRUST_KEY_REVOKED",
    needs: ["operator"],
    run: async (world, notes) => {
      const cast = await world.cast(notes);
      const buyer = await world.buyer(notes, 0);
      const path = { party: buyer.id, thumbprint: buyer.signer.keyid };
      const at = formatInstant(Math.floor(world.api.now()) - 60_000);
      notes.ok(await world.operator("parties.revokeKey", { path, body: { reason: "superseded", at } }), 200);
      const body = await sealed(buyer, offerOf(world, { ...cast, buyer }));
      return world.api.call(buyer.tenant.apiKey, "agreements.create", { body });
    },
  },
  ...([-60_000, 60_000] as const).map(
    (ms): Scenario => ({
      id: ms < 0 ? "admit-late" : "admit-early",
      clause: "HTTP-11",
      why: ms < 0 ? "An event of a minute ago is backdated." : "An event of the next minute is postdated.",
      code: "TIME_SKEW",
      run: async (world, notes) => {
        const cast = await world.cast(notes);
        const at = formatInstant(Math.floor(world.api.now() + ms));
        const body = await sealed(cast.buyer, { ...offerOf(world, cast), at });
        return world.api.call(cast.buyer.tenant.apiKey, "agreements.create", { body });
      },
    }),
  ),
  {
    id: "admit-evidence-missing",
    clause: "HTTP-11",
    why: "A submission whose bytes nobody has could never be looked at.",
    code: "STORE_EVIDENCE_MISSING",
    run: async (world, notes) => {
      const deal = await Deal.funded(world, notes, await world.cast(notes));
      const reply = await deal.try("seller", "work.submitted", { attempt: 1, items: [newWork().item] });
      await deal.refresh();
      notes.same("status", deal.status, "funded");
      return reply;
    },
  },
  {
    id: "admit-evidence-size",
    clause: "HTTP-11",
    why: "The size of an item is that of its bytes.",
    code: "BUNDLE_EVIDENCE_SIZE",
    run: async (world, notes) => {
      const deal = await Deal.funded(world, notes, await world.cast(notes));
      await deal.upload();
      const item = { ...deal.work.item, size: deal.work.data.length + 1 };
      return deal.try("seller", "work.submitted", { attempt: 1, items: [item] });
    },
  },
  {
    id: "admit-wrong-place",
    clause: "HTTP-11",
    why: "An event says where it stands, so a late one cannot slip in.",
    code: "LOG_SEQ_MISMATCH",
    run: async (world, notes) => {
      const deal = await Deal.offer(world, notes, await world.cast(notes));
      return deal.try("seller", "agreement.accepted", {}, { seq: 2 });
    },
  },
  {
    id: "admit-wrong-prev",
    clause: "HTTP-11",
    why: "An event names the one before it.",
    code: "LOG_PREV_MISMATCH",
    run: async (world, notes) => {
      const deal = await Deal.offer(world, notes, await world.cast(notes));
      return deal.try("seller", "agreement.accepted", {}, { prev: `sha256:${"0".repeat(64)}` });
    },
  },
  {
    id: "admit-wrong-state",
    clause: "HTTP-11",
    why: "An agreement is accepted once.",
    code: "STATE_ALREADY_ACCEPTED",
    run: async (world, notes) => {
      const deal = await Deal.offer(world, notes, await world.cast(notes));
      await deal.add("seller", "agreement.accepted", {});
      return deal.try("seller", "agreement.accepted", {});
    },
  },
  {
    id: "admit-other-settler",
    clause: "HTTP-11",
    why: "An offer that names another settler is not this server's business.",
    code: "TRUST_KEY_PARTY",
    run: async (world, notes) => {
      const cast = await world.cast(notes);
      const other = { ...world, settler: `https://settler-${world.run}.example` };
      const body = await sealed(cast.buyer, offerOf(other, cast));
      return world.api.call(cast.buyer.tenant.apiKey, "agreements.create", { body });
    },
  },
  {
    id: "admit-offer-by-its-rules",
    clause: "HTTP-11",
    why: "An offer that can never be evaluated is refused when it is made.",
    code: "EVENT_DEADLINE_ORDER",
    run: async (world, notes) => {
      const cast = await world.cast(notes);
      const body = await sealed(cast.buyer, offerOf(world, cast, { acceptBy: 7_200_000, fundBy: 3_600_000 }));
      return world.api.call(cast.buyer.tenant.apiKey, "agreements.create", { body });
    },
  },
  {
    id: "admit-twice",
    clause: "HTTP-11",
    why: "A payload that the log has already is a success without effect, whichever party sends it.",
    run: async (world, notes) => {
      const deal = await Deal.offer(world, notes, await world.cast(notes));
      const body = await deal.next("seller", "agreement.accepted", {});
      deal.take(notes.ok(await deal.append("seller", body), 201));
      for (const role of ["seller", "buyer"] as const) {
        const again = notes.ok(await deal.append(role, body), 200);
        notes.same(`appended for the ${role}`, listAt(again.body, "appended").length, 0);
        notes.same(`seq of the event for the ${role}`, numberAt(again.body, "event", "seq"), 1);
      }
      await deal.refresh();
      notes.same("events", deal.events, 2);
      return undefined;
    },
  },
  {
    id: "events-in-parallel",
    clause: "HTTP-12",
    why: "Of several events for one place one is appended, and the others hear that they came too late.",
    run: async (world, notes) => {
      const deal = await Deal.offer(world, notes, await world.cast(notes));
      const envelopes = await Promise.all(
        Array.from({ length: PARALLEL }, (_, at) =>
          at % 2 === 0
            ? deal.next("seller", "agreement.accepted", {})
            : deal.next("buyer", "agreement.cancelled", { reason: `no ${at}` }),
        ),
      );
      const replies = await Promise.all(
        envelopes.map((envelope, at) => deal.append(at % 2 === 0 ? "seller" : "buyer", envelope)),
      );
      const won = replies.filter(({ status }) => status === 201);
      notes.same("events that were appended", won.length, 1);
      for (const reply of replies) {
        // Acceptances at one instant are one payload: the others find it there (200).
        if (reply.status >= 300) notes.refused(reply, "LOG_SEQ_MISMATCH", "STATE_CLOSED");
      }
      await deal.refresh();
      const { body } = await deal.read("agreements.listEvents");
      notes.same(
        "events of the log",
        listAt(body, "data").map((event) => numberAt(event, "seq")),
        [...Array(deal.events).keys()],
      );
      return undefined;
    },
  },
  {
    id: "answered-events-are-stored",
    clause: "HTTP-12",
    why: "A signature over an event that is not in the log would be a second history.",
    run: async (world, notes) => {
      const cast = await world.cast(notes);
      const deal = await Deal.funded(world, notes, cast);
      const replies = [await deal.submit(), await deal.attest()];
      const appended = replies.flatMap(({ body }) => listAt(body, "appended"));
      const stored = listAt((await deal.read("agreements.listEvents")).body, "data");
      for (const event of appended) {
        const found = stored.find((one) => numberAt(one, "seq") === numberAt(event, "seq"));
        notes.same(`event ${numberAt(event, "seq")}`, found, event);
      }
      notes.check(appended.length >= 4, "appended", "at least 4 events", appended.length);
      return undefined;
    },
  },
  {
    id: "key-added-signs",
    clause: "HTTP-15",
    why: "A second key of a party, with a proof, signs for it.",
    needs: ["operator"],
    run: async (world, notes) => {
      const cast = await world.cast(notes);
      const buyer = await world.buyer(notes, 0);
      const signer = await newSigner();
      const body = {
        jwk: jwkFromPublicKey(signer.publicKey),
        proof: await proofOf(world.registry.id, buyer.id, signer),
        notBefore: formatInstant(Math.floor(world.api.now()) - 3_600_000),
      };
      notes.ok(await world.api.call(buyer.tenant.apiKey, "parties.addKey", { path: { party: buyer.id }, body }), 201);
      await Deal.offer(world, notes, { ...cast, buyer: { ...buyer, signer } });
      return undefined;
    },
  },
];

/** What is taken into a log, and what is not (HTTP-11, HTTP-12). */
export const admission: ScenarioGroup = { name: "admission", scenarios };
