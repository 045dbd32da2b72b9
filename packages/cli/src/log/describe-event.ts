import {
  canonicalize,
  type EventPayload,
  formatAmount,
  type Item,
  type JsonValue,
  type Policy,
} from "@settld/protocol";

/** The asset of an agreement, as its offer names it. */
export type Asset = { readonly assetCode: string; readonly assetScale: number };

const RESULT_LENGTH_MAX = 80;

/**
 * Says in a few words what an event does. The text holds untrusted parts and must be escaped before it is shown.
 *
 * @param asset - the asset of the agreement; amounts are in minor units when nobody knows it.
 */
export function describeEvent(payload: EventPayload, asset: Asset | undefined): string {
  const money = (value: string): string =>
    asset === undefined ? `${value} minor units` : formatAmount(BigInt(value), asset);
  switch (payload.type) {
    case "agreement.offered": {
      const { amount, policy, feeBps, holdbackBps } = payload.body;
      const offered = formatAmount(BigInt(amount.value), amount);
      return `${offered}, ${describePolicy(policy)}, fee ${percent(feeBps)}, holdback ${percent(holdbackBps)}`;
    }
    case "agreement.accepted":
      return "accepts the offer";
    case "agreement.cancelled":
      return payload.body.reason === undefined ? "cancels" : `cancels: ${payload.body.reason}`;
    case "escrow.funded": {
      const { amount, funding } = payload.body;
      const rail = funding === undefined ? "" : ` over ${funding.rail}, ${funding.reference}`;
      return `${formatAmount(BigInt(amount.value), amount)} into escrow${rail}`;
    }
    case "work.submitted":
      return `attempt ${payload.body.attempt}: ${describeItems(payload.body.items)}`;
    case "evidence.attested": {
      const result = canonicalize(payload.body.result as JsonValue);
      const shown = result.length > RESULT_LENGTH_MAX ? `${result.slice(0, RESULT_LENGTH_MAX)}...` : result;
      return `${payload.body.requirement}: ${shown}`;
    }
    case "approval.given":
      return `${payload.body.requirement}: ${payload.body.approved ? "approved" : "not approved"}`;
    case "decision.made": {
      const { gross, outcome, final, requirements } = payload.body;
      const codes = requirements.map(({ id, code }) => `${id} ${code}`).join(", ");
      return `${outcome}, ${money(gross)} gross${final ? "" : ", not final"}: ${codes}`;
    }
    case "settlement.executed": {
      const { toSeller, fee, toBuyer, held } = payload.body;
      return `to seller ${money(toSeller)}, fee ${money(fee)}, to buyer ${money(toBuyer)}, held ${money(held)}`;
    }
    case "dispute.opened": {
      const { reasonCode, items = [] } = payload.body;
      return items.length === 0 ? reasonCode : `${reasonCode}: ${describeItems(items)}`;
    }
    case "dispute.resolved":
      return `to seller ${money(payload.body.toSeller)} of what is held`;
    case "holdback.released": {
      const { toSeller, fee, toBuyer } = payload.body;
      return `to seller ${money(toSeller)}, fee ${money(fee)}, to buyer ${money(toBuyer)}`;
    }
    case "agreement.closed":
      return payload.body.reason;
  }
}

function describePolicy({ requirements, payout }: Policy): string {
  return `${payout.kind} over ${requirements.map(({ id }) => id).join(", ")}`;
}

function describeItems(items: readonly Item[]): string {
  return items.map(({ name, size }) => `${name} (${size} bytes)`).join(", ");
}

// Basis points are hundredths of a percent, so this is exact.
function percent(bps: number): string {
  const rest = bps % 100;
  return `${Math.trunc(bps / 100)}${rest === 0 ? "" : `.${rest.toString().padStart(2, "0").replace(/0$/, "")}`} %`;
}
