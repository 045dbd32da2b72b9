import { base64Encode } from "@settld/protocol";
import type { Outcome } from "../../adapter/outcome.ts";
import { AMOUNT, Deal, FEE } from "../deal.ts";
import type { Scenario, ScenarioGroup } from "../scenario.ts";
import type { Notes } from "../scene.ts";
import { isObject, listAt, textAt } from "../values.ts";
import type { World } from "../world.ts";

const settled = async (world: World, notes: Notes): Promise<Deal> => {
  const deal = await Deal.funded(world, notes, await world.cast(notes));
  await deal.submit();
  await deal.attest();
  return deal;
};

const bundleOf = async (deal: Deal, query: Readonly<Record<string, string>> = {}): Promise<Uint8Array> =>
  deal.notes.ok(await deal.read("agreements.bundle", "seller", query), 200).bytes;

/** What a verifier found, as a verdict and its facts. */
const judged = (notes: Notes, outcome: Outcome, verdict: string, code: string | null): unknown => {
  if (outcome.kind !== "answer") {
    notes.check(false, "the verifier", "an answer", outcome.kind);
    return {};
  }
  const { answer } = outcome;
  notes.same(
    "verdict of the verifier",
    `${answer.verdict} ${answer.code ?? ""}`.trim(),
    `${verdict} ${code ?? ""}`.trim(),
  );
  return answer.facts ?? {};
};

const scenarios: readonly Scenario[] = [
  {
    id: "bundle-of-settled",
    clause: "HTTP-12",
    why: "The bundle of a closed agreement verifies under the pinned registry, and recomputes to what the server said.",
    run: async (world, notes) => {
      const deal = await settled(world, notes);
      const facts = judged(notes, await world.verify(await bundleOf(deal)), "accept", null);
      notes.same("agreement", textAt(facts, "agreement"), deal.id);
      notes.same("head", textAt(facts, "head"), textAt(deal.agreement, "head"));
      notes.same("status", textAt(facts, "status"), "closed");
      notes.same("released to the seller", textAt(facts, "totals", "toSeller"), String(AMOUNT - FEE));
      const balances = isObject(deal.agreement) ? deal.agreement["balances"] : undefined;
      for (const name of ["buyer", "seller", "escrow", "holdback", "fee"]) {
        notes.same(`balance of ${name}`, textAt(balances, name), textAt(facts, "balances", name));
      }
      return undefined;
    },
  },
  {
    id: "bundle-after-ruling",
    clause: "HTTP-12",
    why: "The bundle of a disputed agreement has the ruling in it, and verifies.",
    run: async (world, notes) => {
      const terms = { disputeMs: 3_600_000, rulingMs: 3_600_000 };
      const deal = await Deal.funded(world, notes, await world.cast(notes), terms);
      await deal.submit();
      await deal.attest();
      await deal.dispute();
      await deal.rule("100");
      const facts = judged(notes, await world.verify(await bundleOf(deal)), "accept", null);
      notes.same("head", textAt(facts, "head"), textAt(deal.agreement, "head"));
      notes.same("refunded to the buyer", textAt(facts, "totals", "toBuyer"), "300");
      return undefined;
    },
  },
  {
    id: "bundle-of-open",
    clause: "HTTP-12",
    why: "The bundle of an open agreement is good as far as it goes.",
    run: async (world, notes) => {
      const deal = await Deal.funded(world, notes, await world.cast(notes));
      const facts = judged(notes, await world.verify(await bundleOf(deal)), "indeterminate", "BUNDLE_OPEN");
      notes.same("head", textAt(facts, "head"), textAt(deal.agreement, "head"));
      notes.same("escrow", textAt(facts, "balances", "escrow"), String(AMOUNT));
      return undefined;
    },
  },
  {
    id: "bundle-without-evidence",
    clause: "HTTP-1",
    why: "Evidence can be left out of a bundle; the log in it is the same, and whoever has the bytes can add them.",
    run: async (world, notes) => {
      const deal = await settled(world, notes);
      const bytes = await bundleOf(deal, { evidence: "withheld" });
      const has = (bundle: Uint8Array): boolean =>
        Buffer.from(bundle).includes(Buffer.from(base64Encode(deal.work.data), "latin1"));
      notes.check(!has(bytes), "withheld", "no bytes of the evidence", "its bytes");
      notes.check(has(await bundleOf(deal, { evidence: "inline" })), "inline", "the bytes of the evidence", "none");
      const outcome = await world.verifier.ask("bundle.verify", {
        bundle: base64Encode(bytes),
        root: base64Encode(world.registry.key),
        evidence: { [deal.work.digest]: base64Encode(deal.work.data) },
      });
      const facts = judged(notes, outcome, "accept", null);
      notes.same("head", textAt(facts, "head"), textAt(deal.agreement, "head"));
      return undefined;
    },
  },
  {
    id: "histories-agree",
    clause: "HTTP-12",
    why: "A bundle of yesterday and one of today tell one history.",
    run: async (world, notes) => {
      const deal = await Deal.funded(world, notes, await world.cast(notes));
      const before = await bundleOf(deal);
      const head = textAt(deal.agreement, "head");
      await deal.submit();
      await deal.attest();
      const after = await bundleOf(deal);
      const outcome = await world.verifier.ask("bundle.compare", {
        bundles: [before, after].map((bytes) => base64Encode(bytes)),
        root: base64Encode(world.registry.key),
      });
      if (outcome.kind === "answer") {
        notes.check(outcome.answer.code !== "LOG_EQUIVOCATION", "histories", "one", "two");
        notes.same("heads", listAt(outcome.answer.facts, "heads"), [head, textAt(deal.agreement, "head")]);
      } else notes.check(false, "the verifier", "an answer", outcome.kind);
      return undefined;
    },
  },
  {
    id: "receipt-of-closed",
    clause: "HTTP-12",
    why: "A closed agreement has a receipt, which is the one of its bundle.",
    run: async (world, notes) => {
      const deal = await settled(world, notes);
      const reply = notes.ok(await deal.read("agreements.receipt", "seller"), 200);
      const lines = Buffer.from(await bundleOf(deal))
        .toString("utf8")
        .trimEnd()
        .split("\n");
      const payload = textAt(reply.body, "payload");
      notes.check(
        payload !== "" && (lines.at(-1) ?? "").includes(payload),
        "last line of the bundle",
        "the receipt",
        lines.at(-1),
      );
      const facts = judged(notes, await world.verify(await bundleOf(deal)), "accept", null);
      notes.check(textAt(facts, "receipt") !== "missing", "receipt", "one that verifies", textAt(facts, "receipt"));
      return undefined;
    },
  },
  {
    id: "receipt-of-open",
    clause: "HTTP-3",
    why: "An open agreement has no receipt.",
    code: "HTTP_NOT_FOUND",
    run: async (world, notes) => {
      const deal = await Deal.funded(world, notes, await world.cast(notes));
      return deal.read("agreements.receipt", "seller");
    },
  },
];

/** What whoever has the bundle sees without the server. */
export const proof: ScenarioGroup = { name: "proof", scenarios };
