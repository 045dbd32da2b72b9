import type { AccountKind } from "@settld/kernel";
import { escapeHtml } from "@settld/output";
import { accountName, plain } from "./money-flow.ts";
import type { Act, Move } from "./story-model.ts";

const WIDTH = 760;
const NODE_WIDTH = 14;
const TOP = 34;
/** Height of the whole agreed amount; everything else is drawn to this scale. */
const SCALE_PX = 132;
/** What would be thinner could not be seen. */
const BAND_MIN = 2;

type Place = { readonly x: number; readonly y: number; readonly side: "left" | "right" };

/** Where the accounts stand: money comes in on the left, waits in the middle, and ends up on the right. */
const PLACES: Readonly<Record<"in" | AccountKind, Place>> = {
  in: { x: 118, y: TOP, side: "left" },
  escrow: { x: 290, y: TOP, side: "left" },
  holdback: { x: 450, y: 206, side: "left" },
  seller: { x: 600, y: TOP, side: "right" },
  fee: { x: 600, y: 206, side: "right" },
  buyer: { x: 600, y: 250, side: "right" },
};
/** Room below a node, for its name and amount. */
const LABEL_BELOW_PX = 44;
/** Bands from here on have room for their amount. */
const LABEL_PX_MIN = 18;

type Node = {
  readonly key: keyof typeof PLACES;
  readonly kind: AccountKind;
  readonly height: number;
  readonly value: bigint;
  used: { in: number; out: number };
};

/**
 * Draws the money of one act as bands whose thickness is the amount. The picture is hand-made SVG without scripts or
 * styles of its own; colours come from the classes of the page around it.
 *
 * @param amount - the agreed amount in minor units, which sets the scale.
 */
export function flowPicture(act: Act, amount: bigint): string {
  const moves = mergeMoves(act);
  const height = (value: bigint): number => Math.max(BAND_MIN, (Number(value) / Number(amount)) * SCALE_PX);
  const nodes = new Map<string, Node>();
  const nodeOf = (key: Node["key"]): Node => {
    const found = nodes.get(key);
    if (found !== undefined) return found;
    const into = moves.filter((move) => targetKey(move) === key).reduce((sum, { value }) => sum + value, 0n);
    const out = moves.filter((move) => sourceKey(move) === key).reduce((sum, { value }) => sum + value, 0n);
    const start = key === "escrow" || key === "holdback" ? act.before[key] : 0n;
    const value = into + start > out ? into + start : out;
    const kind = key === "in" ? "buyer" : key;
    const node: Node = { key, kind, value, height: height(value), used: { in: 0, out: 0 } };
    nodes.set(key, node);
    return node;
  };
  const bands = moves.map((move) => bandOf(nodeOf(sourceKey(move)), nodeOf(targetKey(move)), move, height(move.value)));
  const waiting = act.after.escrow > 0n ? waitingMark(nodeOf("escrow"), act) : "";
  const id = `flow-${act.number}`;
  const bottom = Math.max(
    TOP,
    ...[...nodes.values()].map(({ key, height: tall }) => PLACES[key].y + tall + LABEL_BELOW_PX),
  );
  return [
    `<svg class="flow" viewBox="0 0 ${WIDTH} ${px(bottom)}" role="img" aria-labelledby="${id}-title ${id}-desc">`,
    `<title id="${id}-title">Money flow of act ${act.number}</title>`,
    `<desc id="${id}-desc">${escapeHtml(describe(moves, act))}</desc>`,
    ...bands,
    waiting,
    ...[...nodes.values()].map((node) => nodeMarkup(node, act)),
    "</svg>",
  ].join("\n");
}

/** The movements of an act, added up by where they come from and where they go. */
function mergeMoves(act: Act): Move[] {
  const merged = new Map<string, Move>();
  for (const { from, to, value } of act.steps.flatMap(({ moves }) => moves)) {
    const key = `${from}>${to}`;
    merged.set(key, { from, to, value: (merged.get(key)?.value ?? 0n) + value });
  }
  return [...merged.values()];
}

function sourceKey({ from }: Move): Node["key"] {
  return from === "buyer" ? "in" : from;
}

function targetKey({ to }: Move): Node["key"] {
  return to;
}

function bandOf(source: Node, target: Node, { to, value }: Move, thickness: number): string {
  const from = PLACES[source.key];
  const into = PLACES[target.key];
  const [x1, x2] = [from.x + NODE_WIDTH, into.x];
  const y1 = from.y + source.used.out;
  const y2 = into.y + target.used.in;
  source.used.out += thickness;
  target.used.in += thickness;
  const bend = (x1 + x2) / 2;
  const path = [
    `M${px(x1)} ${px(y1)}C${px(bend)} ${px(y1)} ${px(bend)} ${px(y2)} ${px(x2)} ${px(y2)}`,
    `V${px(y2 + thickness)}C${px(bend)} ${px(y2 + thickness)} ${px(bend)} ${px(y1 + thickness)} ${px(x1)} ${px(y1 + thickness)}Z`,
  ].join("");
  const way = escapeHtml(`${accountName(source.kind)} to ${accountName(to)}: ${plain(value)} USD`);
  const amount =
    thickness < LABEL_PX_MIN || target.value === value
      ? ""
      : `<text x="${px(bend)}" y="${px((y1 + y2 + thickness) / 2 + 5)}" text-anchor="middle">${plain(value)}</text>`;
  return `<path class="band ${to}" d="${path}"><title>${way}</title></path>${amount}`;
}

function nodeMarkup({ key, kind, value, height }: Node, act: Act): string {
  const { x, y, side } = PLACES[key];
  const name = key === "in" ? "Buyer pays" : key === "buyer" ? "Back to buyer" : accountName(kind);
  const amount = key === "escrow" && act.before.escrow > 0n ? `${plain(value)} since act 2` : plain(value);
  const bar = `<rect class="node ${kind}" x="${x}" y="${px(y)}" width="${NODE_WIDTH}" height="${px(height)}" rx="2"/>`;
  if (key === "in") return `${bar}${label(x - 10, y + height / 2, "end", name, amount)}`;
  if (side === "right") return `${bar}${label(x + NODE_WIDTH + 10, y + height / 2, "start", name, amount)}`;
  return `${bar}${label(x + NODE_WIDTH / 2, y + height + 20, "middle", name, amount)}`;
}

/** Money that stays: an empty, dashed way to the seller that nothing takes. */
function waitingMark(escrow: Node, act: Act): string {
  const { x, y } = PLACES.escrow;
  const seller = PLACES.seller;
  const top = y + escrow.used.out;
  const bottom = y + escrow.height;
  const [x1, x2] = [x + NODE_WIDTH + 4, seller.x - 6];
  const middle = (top + bottom) / 2;
  const cross = (x1 + x2) / 2;
  const gets = plain(act.after.seller - act.before.seller);
  return [
    `<path class="barred" d="M${px(x1)} ${px(top)}H${px(x2)}M${px(x1)} ${px(bottom)}H${px(x2)}"/>`,
    `<circle class="stop" cx="${px(cross)}" cy="${px(middle)}" r="15"/>`,
    `<path class="stop-bar" d="M${px(cross - 8)} ${px(middle)}H${px(cross + 8)}"/>`,
    `<text class="name" x="${px(cross)}" y="${px(middle + 40)}" text-anchor="middle">stays in escrow</text>`,
    `<rect class="node none" x="${seller.x}" y="${px(top)}" width="${NODE_WIDTH}" height="${px(bottom - top)}" rx="2"/>`,
    label(seller.x + NODE_WIDTH + 10, middle, "start", "Seller", gets),
  ].join("\n");
}

function label(x: number, y: number, anchor: "start" | "middle" | "end", name: string, amount: string): string {
  return (
    `<text class="name" x="${px(x)}" y="${px(y - 3)}" text-anchor="${anchor}">${escapeHtml(name)}</text>` +
    `<text class="amount" x="${px(x)}" y="${px(y + 14)}" text-anchor="${anchor}">${escapeHtml(amount)}</text>`
  );
}

function describe(moves: readonly Move[], act: Act): string {
  const parts = moves.map(
    ({ from, to, value }) => `${plain(value)} USD from ${accountName(from)} to ${accountName(to)}`,
  );
  if (act.after.escrow > 0n) parts.push(`${plain(act.after.escrow)} USD stay in escrow`);
  return `${parts.join("; ")}.`;
}

/** Coordinates with one decimal are exact enough, and the same on every machine. */
function px(value: number): string {
  const tenths = Math.round(value * 10);
  const rest = Math.abs(tenths % 10);
  return `${tenths < 0 ? "-" : ""}${Math.floor(Math.abs(tenths) / 10)}${rest === 0 ? "" : `.${rest}`}`;
}
