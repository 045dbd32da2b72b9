import { AMOUNT, Deal, FEE, type Terms } from "../deal.ts";
import type { Scenario, ScenarioGroup } from "../scenario.ts";
import { listAt, textAt } from "../values.ts";

// Long enough for the steps before it on a busy server, short enough to wait for.
const SOON_MS = 4000;
const HOUR_MS = 3_600_000;

const DISPUTABLE: Terms = { disputeMs: HOUR_MS, rulingMs: HOUR_MS };
// A tenth of what was awarded.
const HELD = AMOUNT / 10;

const closed = (deal: Deal, reason: string): void => {
  deal.notes.same("status", deal.status, "closed");
  deal.notes.same("reason", textAt(deal.agreement, "reason"), reason);
};

const typesOf = async (deal: Deal): Promise<string[]> => {
  const { body } = deal.notes.ok(await deal.read("agreements.listEvents", "buyer", { limit: 100 }), 200);
  return listAt(body, "data").map((event) => textAt(event, "type"));
};

/** A reaction came once, and not before its time. */
const firedOnce = async (deal: Deal, type: string): Promise<void> => {
  const types = await typesOf(deal);
  deal.notes.same(`events ${type}`, types.filter((one) => one === type).length, 1);
  const { body } = await deal.read("agreements.listEvents", "buyer", { limit: 100 });
  const event = listAt(body, "data").find((one) => textAt(one, "type") === type);
  const payload: unknown = JSON.parse(
    Buffer.from(textAt(event, "envelope", "payload"), "base64").toString("utf8") || "null",
  );
  const [at, due] = [textAt(payload, "at"), textAt(payload, "body", "due")];
  deal.notes.check(due !== "" && at >= due, `at of ${type}`, `${due} or later`, at);
};

const noBalances = { escrow: 0, holdback: 0 };

const scenarios: readonly Scenario[] = [
  {
    id: "settle",
    clause: "HTTP-11",
    why: "Offer, acceptance, funding, work, attestation: the seller is paid, less the fee, and the agreement is closed.",
    run: async (world, notes) => {
      const deal = await Deal.funded(world, notes, await world.cast(notes));
      notes.same("status", deal.status, "funded");
      deal.expectBalances({ buyer: -AMOUNT, seller: 0, escrow: AMOUNT, holdback: 0, fee: 0 });
      await deal.submit();
      notes.same("status", deal.status, "review");
      await deal.attest();
      closed(deal, "settled");
      deal.expectBalances({ buyer: -AMOUNT, seller: AMOUNT - FEE, fee: FEE, ...noBalances });
      notes.same("events", await typesOf(deal), [
        "agreement.offered",
        "agreement.accepted",
        "escrow.funded",
        "work.submitted",
        "evidence.attested",
        "decision.made",
        "settlement.executed",
        "agreement.closed",
      ]);
      return undefined;
    },
  },
  {
    id: "settle-by-approval",
    clause: "HTTP-11",
    why: "Where the buyer has to approve, the approval settles.",
    run: async (world, notes) => {
      const policy = {
        requirements: [{ id: "looks-good", kind: "approval", onTimeout: "fail" }],
        payout: { kind: "all-or-nothing" },
      };
      const deal = await Deal.funded(world, notes, await world.cast(notes), { policy });
      await deal.submit();
      const submission = textAt(deal.agreement, "submission", "digest");
      await deal.add("buyer", "approval.given", { submission, requirement: "looks-good", approved: true });
      closed(deal, "settled");
      return undefined;
    },
  },
  {
    id: "settle-second-attempt",
    clause: "HTTP-11",
    why: "Work that fails its check may be submitted again, and is paid when it passes.",
    run: async (world, notes) => {
      const deal = await Deal.funded(world, notes, await world.cast(notes));
      await deal.submit();
      await deal.attest(false);
      notes.same("status after a failed check", deal.status, "funded");
      await deal.submit(2);
      await deal.attest();
      closed(deal, "settled");
      deal.expectBalances({ buyer: -AMOUNT, seller: AMOUNT - FEE, fee: FEE, ...noBalances });
      return undefined;
    },
  },
  {
    id: "settle-after-ruling",
    clause: "HTTP-11",
    why: "What the arbiter rules about the holdback is what happens to it.",
    run: async (world, notes) => {
      const deal = await Deal.funded(world, notes, await world.cast(notes), DISPUTABLE);
      await deal.submit();
      await deal.attest();
      notes.same("status", deal.status, "window");
      await deal.dispute();
      notes.same("status", deal.status, "disputed");
      await deal.rule(String(HELD / 2));
      closed(deal, "settled");
      const fee = Math.floor(((AMOUNT - HELD / 2) * 250) / 10_000);
      deal.expectBalances({ buyer: -AMOUNT + HELD / 2, seller: AMOUNT - HELD / 2 - fee, fee, ...noBalances });
      return undefined;
    },
  },
  {
    id: "ruling-out-of-range",
    clause: "HTTP-11",
    why: "An arbiter gives away what is held, and no more.",
    code: "MONEY_RULING_RANGE",
    run: async (world, notes) => {
      const deal = await Deal.funded(world, notes, await world.cast(notes), DISPUTABLE);
      await deal.submit();
      await deal.attest();
      await deal.dispute();
      const dispute = textAt(deal.agreement, "dispute");
      return deal.try("arbiter", "dispute.resolved", { dispute, toSeller: String(HELD + 1) });
    },
  },
  {
    id: "cancel-before-funding",
    clause: "HTTP-11",
    why: "Before money is in escrow either side may go.",
    run: async (world, notes) => {
      const deal = await Deal.offer(world, notes, await world.cast(notes));
      await deal.add("buyer", "agreement.cancelled", {});
      closed(deal, "cancelled");
      return undefined;
    },
  },
  {
    id: "cancel-refunds",
    clause: "HTTP-11",
    why: "When the seller gives up, the buyer has all of it back.",
    run: async (world, notes) => {
      const deal = await Deal.funded(world, notes, await world.cast(notes));
      await deal.add("seller", "agreement.cancelled", {});
      closed(deal, "cancelled");
      deal.expectBalances({ buyer: 0, seller: 0, fee: 0, ...noBalances });
      return undefined;
    },
  },
  {
    id: "cancel-by-buyer-after-funding",
    clause: "HTTP-11",
    why: "The buyer of funded work cannot run away with the money.",
    code: "EVENT_ACTOR",
    run: async (world, notes) => {
      const deal = await Deal.funded(world, notes, await world.cast(notes));
      return deal.try("buyer", "agreement.cancelled", {});
    },
  },
  {
    id: "timer-of-acceptance",
    clause: "HTTP-13",
    why: "An offer that nobody accepts ends by itself, once, at its time or later.",
    run: async (world, notes) => {
      const deal = await Deal.offer(world, notes, await world.cast(notes), { acceptBy: SOON_MS / 2 });
      if (await deal.waitFor("closed")) {
        closed(deal, "offer-expired");
        await firedOnce(deal, "agreement.closed");
      }
      return undefined;
    },
  },
  {
    id: "timer-of-funding",
    clause: "HTTP-13",
    why: "An agreement that is not funded in time ends.",
    run: async (world, notes) => {
      const deal = await Deal.offer(world, notes, await world.cast(notes), { acceptBy: SOON_MS, fundBy: SOON_MS });
      await deal.add("seller", "agreement.accepted", {});
      if (await deal.waitFor("closed")) {
        closed(deal, "unfunded");
        await firedOnce(deal, "agreement.closed");
      }
      return undefined;
    },
  },
  {
    id: "timer-of-submission",
    clause: "HTTP-13",
    why: "When no work comes in time, the buyer has all of it back.",
    run: async (world, notes) => {
      const terms = { acceptBy: SOON_MS, fundBy: SOON_MS, submitBy: SOON_MS };
      const deal = await Deal.funded(world, notes, await world.cast(notes), terms);
      if (await deal.waitFor("closed")) {
        closed(deal, "settled");
        deal.expectBalances({ buyer: 0, seller: 0, fee: 0, ...noBalances });
        await firedOnce(deal, "decision.made");
      }
      return undefined;
    },
  },
  {
    id: "timer-of-review",
    clause: "HTTP-13",
    why: "Silence in review does not lock money: the policy says what it means.",
    run: async (world, notes) => {
      const policy = {
        requirements: [{ id: "looks-good", kind: "approval", onTimeout: "pass" }],
        payout: { kind: "all-or-nothing" },
      };
      const deal = await Deal.funded(world, notes, await world.cast(notes), { policy, reviewMs: SOON_MS / 2 });
      await deal.submit();
      if (await deal.waitFor("closed")) {
        closed(deal, "settled");
        deal.expectBalances({ buyer: -AMOUNT, seller: AMOUNT - FEE, fee: FEE, ...noBalances });
        await firedOnce(deal, "decision.made");
      }
      return undefined;
    },
  },
  {
    id: "timer-of-dispute-window",
    clause: "HTTP-13",
    why: "Without a dispute the holdback goes to the seller at the end of the window.",
    run: async (world, notes) => {
      const deal = await Deal.funded(world, notes, await world.cast(notes), { ...DISPUTABLE, disputeMs: SOON_MS / 2 });
      await deal.submit();
      await deal.attest();
      notes.same("status", deal.status, "window");
      if (await deal.waitFor("closed")) {
        deal.expectBalances({ buyer: -AMOUNT, seller: AMOUNT - FEE, fee: FEE, ...noBalances });
        await firedOnce(deal, "holdback.released");
      }
      return undefined;
    },
  },
  {
    id: "timer-of-ruling",
    clause: "HTTP-13",
    why: "An arbiter who is silent leaves the decision as it is.",
    run: async (world, notes) => {
      const deal = await Deal.funded(world, notes, await world.cast(notes), { ...DISPUTABLE, rulingMs: SOON_MS / 2 });
      await deal.submit();
      await deal.attest();
      await deal.dispute();
      if (await deal.waitFor("closed")) {
        deal.expectBalances({ buyer: -AMOUNT, seller: AMOUNT - FEE, fee: FEE, ...noBalances });
        await firedOnce(deal, "holdback.released");
      }
      return undefined;
    },
  },
  {
    id: "timer-before-late-event",
    clause: "HTTP-13",
    why: "An event that comes after the instant of a timer finds the state that the timer made.",
    code: "STATE_CLOSED",
    run: async (world, notes) => {
      const deal = await Deal.offer(world, notes, await world.cast(notes), { acceptBy: 1500 });
      await deal.waitFor("closed");
      return deal.try("seller", "agreement.accepted", {});
    },
  },
];

/** From the offer to the end, and what time does. */
export const lifecycle: ScenarioGroup = { name: "lifecycle", scenarios };
