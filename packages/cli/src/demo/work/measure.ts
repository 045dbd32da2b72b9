// The checker's own reading of the specification. It shares the CSV parser and the specification with the seller and
// no other code on purpose: two implementations that agree are evidence, one that agrees with itself is not.
import { parseCsv } from "./csv.ts";
import type { ColumnSpec, QualitySpec, RejectReason } from "./spec.ts";

/** The bytes that a checker looks at: the buyer's register and the three files of the delivery. */
export type MeasuredFiles = {
  readonly source: Uint8Array;
  readonly cleaned: Uint8Array;
  readonly rejects: Uint8Array;
  readonly changes: Uint8Array;
};

/** A total in whole units, as decimal strings. */
export type Total = { readonly expected: string; readonly delivered: string };

/** What was measured: integers, strings and booleans only, and less than 4 KiB of JSON whatever was delivered. */
export type Measurement = {
  readonly spec: string;
  /** Whether each file is readable and has the agreed columns, rows in source order. */
  readonly format: { readonly cleaned: boolean; readonly rejects: boolean; readonly changes: boolean };
  readonly rows: {
    readonly in: number;
    readonly delivered: number;
    /** In the reject file for another reason than being a duplicate. */
    readonly rejected: number;
    readonly duplicate: number;
    /** Source rows that are in neither file. */
    readonly lost: number;
    /** Delivered or rejected rows that no source row stands behind. */
    readonly invented: number;
    /** Source rows that are delivered or rejected more than once. */
    readonly repeated: number;
    /** Delivered rows whose key an earlier delivered row has. */
    readonly duplicateKeys: number;
    /** Rejected rows whose stated reason is not true. */
    readonly unjustified: number;
    /** Delivered rows that the specification wants rejected. */
    readonly undeliverable: number;
  };
  readonly cells: {
    readonly checked: number;
    /** Not in the normal form of their column. */
    readonly invalid: number;
    /** In normal form, and yet not what the source says: invented, lost or damaged. */
    readonly unfaithful: number;
    /** Cells of rejected rows that differ from the source by more than white space and neutralisation. */
    readonly altered: number;
    /** Cells that a spreadsheet would run. */
    readonly formula: number;
    /** Cells and log lines with control, invisible or direction-changing characters. */
    readonly hostile: number;
    readonly mojibake: number;
  };
  /** Invalid cells by column. */
  readonly invalid: Readonly<Record<string, number>>;
  readonly changes: { readonly entries: number; readonly unlogged: number; readonly untrue: number };
  /** How many of the sums below differ, then the sums: quantity, grams, and minor units by currency. */
  readonly totals: { readonly unreconciled: number; readonly sums: Readonly<Record<string, Total>> };
  /** Deliverable source rows that were delivered. */
  readonly completenessBps: number;
  /** Delivered cells in normal form; 0 when nothing was delivered. */
  readonly validityBps: number;
};

type Faults = Map<string, RejectReason>;
type Expected = {
  readonly source: readonly string[];
  readonly values: readonly string[];
  readonly faults: Faults;
  fate: "deliver" | "reject" | "duplicate";
  refersTo: string;
};
type Outcome = { readonly ok: string } | { readonly fault: RejectReason };

/** Measures a delivery against the register it claims to clean. Never throws for anything that the seller delivered. */
export function measureDelivery(files: MeasuredFiles, spec: QualitySpec): Measurement {
  const rows = readRegister(files.source, spec);
  const count = {
    delivered: 0,
    rejected: 0,
    duplicate: 0,
    invented: 0,
    repeated: 0,
    duplicateKeys: 0,
    unjustified: 0,
    undeliverable: 0,
  };
  const cells = { checked: 0, invalid: 0, unfaithful: 0, altered: 0, formula: 0, hostile: 0, mojibake: 0 };
  const invalid: Record<string, number> = Object.fromEntries(spec.columns.map((c) => [c.name, 0]));
  const seen = new Set<number>();
  const keys = new Set<string>();
  const delivered = new Map<number, readonly string[]>();
  const shapes = shapesOf(spec);

  const inspect = (cell: string): void => {
    if (cell !== "" && spec.text.formula.includes(cell.charAt(0))) cells.formula++;
    if ([...cell].some((c) => isRemoved(c, spec))) cells.hostile++;
  };
  /** The source row behind a delivered line, or `undefined` after booking why there is none. */
  const trace = (written: string | undefined): number | undefined => {
    const n = /^[1-9][0-9]{0,6}$/.test(written ?? "") ? Number(written) : 0;
    if (n < 1 || n > rows.length) count.invented++;
    else if (seen.has(n)) count.repeated++;
    else {
      seen.add(n);
      return n;
    }
    return undefined;
  };

  const cleaned = openFile(files.cleaned, ["source_row", ...spec.columns.map((c) => c.name)]);
  count.delivered = cleaned.rows.length;
  // Rows under another header cannot be traced to anything.
  if (!cleaned.agreed) count.invented += cleaned.rows.length;
  for (const row of cleaned.agreed ? cleaned.rows : []) {
    const [number, ...values] = row;
    row.forEach(inspect);
    cells.mojibake += row.filter((cell) => unmangled(cell, shapes) !== cell).length;
    const n = trace(number);
    const expected = n === undefined ? undefined : rows[n - 1];
    if (n !== undefined) delivered.set(n, values);
    if (expected !== undefined && expected.fate !== "deliver") count.undeliverable++;
    spec.columns.forEach((column, i) => {
      const cell = values[i] ?? "";
      cells.checked++;
      if (!isNormal(cell, column, spec, shapes)) {
        cells.invalid++;
        invalid[column.name] = (invalid[column.name] ?? 0) + 1;
      } else if (expected !== undefined && expected.values[i] !== cell) cells.unfaithful++;
      if (column.name === spec.key) {
        if (keys.has(cell)) count.duplicateKeys++;
        keys.add(cell);
      }
    });
  }

  const rejects = openFile(files.rejects, ["source_row", "reason", "column", "refers_to", ...spec.source]);
  if (!rejects.agreed) count.invented += rejects.rows.length;
  for (const row of rejects.agreed ? rejects.rows : []) {
    const [number, reason = "", column = "", refersTo = "", ...found] = row;
    row.forEach(inspect);
    if (reason === "duplicate") count.duplicate++;
    else count.rejected++;
    const n = trace(number);
    const expected = n === undefined ? undefined : rows[n - 1];
    if (expected === undefined) continue;
    if (expected.faults.get(column) !== reason || expected.refersTo !== refersTo) count.unjustified++;
    cells.altered += expected.source.filter((cell, i) => guarded(plain(cell, spec), spec) !== found[i]).length;
  }

  const changes = auditChanges(files.changes, rows, delivered, spec);
  cells.hostile += changes.hostile;
  const sums = sumUp(rows, cleaned.agreed ? cleaned.rows.map((row) => row.slice(1)) : [], spec);
  const deliverable = rows.flatMap((row, i) => (row.fate === "deliver" ? [i + 1] : []));
  return {
    spec: spec.name,
    format: {
      cleaned: cleaned.agreed && ascends(cleaned.rows),
      rejects: rejects.agreed && ascends(rejects.rows),
      changes: changes.readable,
    },
    rows: { in: rows.length, ...count, lost: rows.length - seen.size },
    cells,
    invalid,
    changes: { entries: changes.entries, unlogged: changes.unlogged, untrue: changes.untrue },
    totals: { unreconciled: Object.values(sums).filter((t) => t.expected !== t.delivered).length, sums },
    completenessBps: share(deliverable.filter((n) => delivered.has(n)).length, deliverable.length),
    validityBps: share(cells.checked - cells.invalid, cells.checked),
  };
}

const share = (part: number, whole: number): number =>
  whole === 0 ? 0 : Number((BigInt(part) * 10_000n) / BigInt(whole));

function openFile(
  bytes: Uint8Array,
  header: readonly string[],
): { readonly agreed: boolean; readonly rows: readonly (readonly string[])[] } {
  const table = parseCsv(bytes);
  if (table === undefined) return { agreed: false, rows: [] };
  return {
    agreed: table.header.length === header.length && header.every((name, i) => table.header[i] === name),
    rows: table.rows,
  };
}

function ascends(rows: readonly (readonly string[])[]): boolean {
  return rows.every((row, i) => i === 0 || Number(row[0]) > Number(rows[i - 1]?.[0]));
}

// --- what the source says -------------------------------------------------------------------------------------------

function readRegister(bytes: Uint8Array, spec: QualitySpec): Expected[] {
  const table = parseCsv(bytes);
  if (table === undefined || table.header.join() !== spec.source.join())
    throw new TypeError(`the source must be UTF-8 CSV with the columns ${spec.source.join(", ")}`);
  const shapes = shapesOf(spec);
  const rows = table.rows.map((source): Expected => {
    const faults: Faults = new Map();
    const texts = new Map(spec.source.map((name, i) => [name, plain(unmangled(source[i] ?? "", shapes), spec)]));
    const values = spec.columns.map((column) => {
      const outcome = readValue(column, texts, spec);
      if ("ok" in outcome) return outcome.ok;
      if (column.required) faults.set(column.name, outcome.fault);
      return "";
    });
    return { source, values, faults, fate: faults.size > 0 ? "reject" : "deliver", refersTo: "" };
  });

  const keyAt = spec.columns.findIndex((c) => c.name === spec.key);
  const byKey = new Map<string, number[]>();
  rows.forEach((row, i) => {
    if (row.fate === "deliver") byKey.set(row.values[keyAt] ?? "", [...(byKey.get(row.values[keyAt] ?? "") ?? []), i]);
  });
  for (const members of byKey.values()) {
    if (members.length < 2) continue;
    const agree = new Set(members.map((i) => JSON.stringify(rows[i]?.values))).size === 1;
    members.forEach((at, position) => {
      const row = rows[at] as Expected;
      if (agree && position === 0) return;
      row.fate = agree ? "duplicate" : "reject";
      row.faults.set(spec.key, agree ? "duplicate" : "key-conflict");
      row.refersTo = String((members[0] as number) + 1);
    });
  }
  return rows;
}

function readValue(column: ColumnSpec, texts: ReadonlyMap<string, string>, spec: QualitySpec): Outcome {
  const text = texts.get(column.from) ?? "";
  const absent = spec.missing.includes(text.toLowerCase());
  if (column.type === "currency")
    return readCurrency(absent ? "" : text.toUpperCase(), texts.get(amountColumn(spec)) ?? "", spec);
  if (absent) return column.required ? { fault: "missing" } : { ok: "" };
  switch (column.type) {
    case "code":
      return shaped(text.toUpperCase(), column);
    case "email":
      return shaped(
        text.toLowerCase().startsWith("mailto:") ? text.toLowerCase().slice(7) : text.toLowerCase(),
        column,
      );
    case "text":
      return { ok: guarded(text, spec) };
    case "country":
      return lookUp(text, spec.countries);
    case "status":
      return lookUp(text, spec.statuses);
    case "gtin":
      return readGtin(text);
    case "date":
      return readDate(text, spec);
    case "quantity":
      return within(exact(withoutWord(text, spec.quantityWords), 1n, 1n, 0), column);
    case "weight": {
      const unit = Object.keys(spec.weightUnits).find((u) => lettersOf(text) === u);
      const { grams, per } =
        unit === undefined ? { grams: 0, per: 1 } : (spec.weightUnits[unit] as { grams: number; per: number });
      return unit === undefined
        ? { fault: "unreadable" }
        : within(exact(withoutWord(text, [unit]), BigInt(grams), BigInt(per), 2), column);
    }
    case "amount": {
      const currency = spokenCurrencies(text, spec);
      const stated = (texts.get(currencyColumn(spec)) ?? "").toUpperCase();
      const code = Object.hasOwn(spec.currencies, stated)
        ? stated
        : spec.missing.includes(stated.toLowerCase())
          ? currency.code
          : "";
      if (code === "") return exact(currency.rest, 1n, 1n, 2) === undefined ? { fault: "unreadable" } : { ok: "" };
      const scale = spec.currencies[code]?.scale ?? 0;
      return within(exact(currency.rest, 10n ** BigInt(scale), 1n, scale), column);
    }
  }
}

const amountColumn = (spec: QualitySpec): string => spec.columns.find((c) => c.type === "amount")?.from ?? "";
const currencyColumn = (spec: QualitySpec): string => spec.columns.find((c) => c.type === "currency")?.from ?? "";

function readCurrency(stated: string, amount: string, spec: QualitySpec): Outcome {
  const spoken = spokenCurrencies(amount, spec).code;
  if (stated === "") return spoken === "" ? { fault: "missing" } : { ok: spoken };
  if (!Object.hasOwn(spec.currencies, stated)) return { fault: "unreadable" };
  return spoken !== "" && spoken !== stated ? { fault: "currency-conflict" } : { ok: stated };
}

/** Splits `€ 1.234,50` into the currency that it names and the rest. */
function spokenCurrencies(text: string, spec: QualitySpec): { readonly code: string; readonly rest: string } {
  for (const [code, { symbol }] of Object.entries(spec.currencies)) {
    for (const mark of [symbol, code]) {
      const pieces = text.toUpperCase().split(mark);
      if (pieces.length === 2) return { code, rest: pieces.join("").trim() };
    }
  }
  return { code: "", rest: text };
}

function shaped(text: string, column: ColumnSpec): Outcome {
  return new RegExp(`^(?:${column.pattern})$`, "u").test(text) ? { ok: text } : { fault: "unreadable" };
}

function lookUp(text: string, table: Readonly<Record<string, readonly string[]>>): Outcome {
  for (const [code, aliases] of Object.entries(table)) {
    if ([code, ...aliases].some((alias) => alias.toLowerCase() === text.toLowerCase())) return { ok: code };
  }
  return { fault: "unreadable" };
}

function readGtin(text: string): Outcome {
  const digits = text.split("").filter((c) => c !== " " && c !== "-");
  if (digits.length === 12) digits.unshift("0");
  if (digits.length !== 13 || digits.some((c) => c < "0" || c > "9")) return { fault: "unreadable" };
  return isGtin(digits.join("")) ? { ok: digits.join("") } : { fault: "check-digit" };
}

/** A GTIN-13 is right when its digits, weighted 1 and 3 in turn, sum to a multiple of ten. */
function isGtin(digits: string): boolean {
  return [...digits].reduce((sum, c, i) => sum + Number(c) * (i % 2 === 1 ? 3 : 1), 0) % 10 === 0;
}

function readDate(text: string, spec: QualitySpec): Outcome {
  const clock = text.search(/[T ]\d\d:\d\d(:\d\d)?$/);
  const written = clock === -1 ? text : text.slice(0, clock);
  const tokens = written.match(/\d+|\p{L}+/gu) ?? [];
  // What stands between the tokens tells which notation it is.
  const marks = written.split(/\d+|\p{L}+/u).join("_");
  const monthOf = (token: string | undefined): string =>
    String(spec.date.months.findIndex((names) => names.includes((token ?? "").toLowerCase())) + 1);
  const [a = "", b = "", c = ""] = tokens;
  const digits = tokens.map((t) => (/^\d/.test(t) ? String(t.length) : "L")).join("");
  let parts: readonly string[];
  if (digits === "8" && marks === "_") parts = [a.slice(0, 4), a.slice(4, 6), a.slice(6)];
  else if (digits === "422" && (marks === "_-_-_" || marks === "_/_/_")) parts = [a, b, c];
  else if (/^[12][12][24]$/.test(digits) && (marks === "_/_/_" || marks === "_._._")) parts = [c, b, a];
  else if (/^[12]L4$/.test(digits) && (marks === "_ _ _" || marks === "_. _ _") && monthOf(b) !== "0")
    parts = [c, monthOf(b), a];
  else if (/^L[12]4$/.test(digits) && marks === "_ _, _" && monthOf(a) !== "0") parts = [c, monthOf(a), b];
  else return { fault: "unreadable" };
  const [year, month, day] = parts.map(Number) as [number, number, number];
  const full = parts[0]?.length === 2 ? 2000 + year : year;
  const iso = `${String(full).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
  if (!isRealDay(iso)) return { fault: "impossible-date" };
  return iso >= spec.date.from && iso <= spec.date.to ? { ok: iso } : { fault: "out-of-range" };
}

/** A day exists when the calendar does not move it. `Date` is used for arithmetic only; its constructor would read year 26 as 1926. */
function isRealDay(iso: string): boolean {
  const [y, m, d] = iso.split("-").map(Number) as [number, number, number];
  const day = new Date(0);
  day.setUTCFullYear(y, m - 1, d);
  return day.getUTCFullYear() === y && day.getUTCMonth() === m - 1 && day.getUTCDate() === d;
}

const lettersOf = (text: string): string => (text.match(/[a-z]+$/i)?.[0] ?? "").toLowerCase();

function withoutWord(text: string, words: readonly string[]): string {
  const bare = text.endsWith(".") ? text.slice(0, -1) : text;
  const word = lettersOf(bare);
  return words.includes(word) ? bare.slice(0, bare.length - word.length).trimEnd() : text;
}

/**
 * The number in `text` times `factor / divisor`, half up, or `undefined` when it is none or has more than `decimals`.
 * Read from the right: one or two digits behind a mark are decimals, everything else has to be groups of three.
 */
function exact(text: string, factor: bigint, divisor: bigint, decimals: number): bigint | undefined {
  const negative = text.startsWith("-");
  const pieces = (negative ? text.slice(1) : text).split(/([.,' ])/);
  const numbers = pieces.filter((_, i) => i % 2 === 0);
  const marks = pieces.filter((_, i) => i % 2 === 1);
  if (numbers.some((n) => !/^\d+$/.test(n))) return undefined;
  let fraction = "";
  const last = marks.at(-1);
  if (numbers.length > 1 && (numbers.at(-1) as string).length < 3) {
    if (last !== "." && last !== ",") return undefined;
    fraction = numbers.pop() as string;
    marks.pop();
    if (marks.includes(last)) return undefined;
  }
  if (fraction.length > decimals || new Set(marks).size > 1) return undefined;
  if (numbers.length > 1 && numbers.some((n, i) => (i === 0 ? n.length > 3 : n.length !== 3))) return undefined;
  const below = divisor * 10n ** BigInt(fraction.length);
  const scaled = (BigInt(numbers.join("") + fraction) * factor * 2n + below) / (below * 2n);
  return negative ? -scaled : scaled;
}

function within(number: bigint | undefined, column: ColumnSpec): Outcome {
  if (number === undefined) return { fault: "unreadable" };
  return number >= BigInt(column.min ?? 0) && number <= BigInt(column.max ?? 0)
    ? { ok: number.toString() }
    : { fault: "out-of-range" };
}

// --- text -----------------------------------------------------------------------------------------------------------

const among = (c: string, ranges: readonly (readonly [number, number])[]): boolean =>
  ranges.some(([a, b]) => (c.codePointAt(0) ?? 0) >= a && (c.codePointAt(0) ?? 0) <= b);
const isRemoved = (c: string, spec: QualitySpec): boolean => among(c, spec.text.removed);
const guarded = (text: string, spec: QualitySpec): string =>
  text !== "" && spec.text.formula.includes(text.charAt(0)) ? `'${text}` : text;

function plain(text: string, spec: QualitySpec): string {
  const words: string[] = [""];
  for (const c of text) {
    if (isRemoved(c, spec)) continue;
    if (among(c, spec.text.spaces)) words.push("");
    else words.push((words.pop() ?? "") + c);
  }
  return words
    .filter((word) => word !== "")
    .join(" ")
    .normalize("NFC");
}

/** What each character that occurs in European text turns into when its UTF-8 is read as Windows-1252. */
function shapesOf(spec: QualitySpec): ReadonlyMap<string, string> {
  const shapes = new Map<string, string>();
  const add = (from: number, to: number): void => {
    for (let code = from; code <= to; code++) {
      const bytes = new TextEncoder().encode(String.fromCodePoint(code));
      shapes.set(
        Array.from(bytes, (b) =>
          b < 0xa0 ? ([...spec.text.windows1252][b - 0x80] ?? "") : String.fromCodePoint(b),
        ).join(""),
        String.fromCodePoint(code),
      );
    }
  };
  add(0x00a0, 0x024f);
  add(0x2010, 0x2044);
  add(0x20ac, 0x20ac);
  return shapes;
}

function unmangled(text: string, shapes: ReadonlyMap<string, string>): string {
  let out = "";
  for (let i = 0; i < text.length; ) {
    const width = shapes.has(text.slice(i, i + 3)) ? 3 : shapes.has(text.slice(i, i + 2)) ? 2 : 1;
    out += width === 1 ? text.charAt(i) : shapes.get(text.slice(i, i + width));
    i += width;
  }
  return out;
}

// --- what was delivered ---------------------------------------------------------------------------------------------

function isNormal(cell: string, column: ColumnSpec, spec: QualitySpec, shapes: ReadonlyMap<string, string>): boolean {
  if (cell === "") return !column.required;
  if (!("ok" in shaped(cell, column))) return false;
  switch (column.type) {
    case "date":
      return isRealDay(cell) && cell >= spec.date.from && cell <= spec.date.to;
    case "gtin":
      return isGtin(cell);
    case "quantity":
    case "weight":
    case "amount":
      return "ok" in within(BigInt(cell), column);
    case "currency":
      return Object.hasOwn(spec.currencies, cell);
    case "country":
      return Object.hasOwn(spec.countries, cell);
    case "status":
      return Object.hasOwn(spec.statuses, cell);
    case "text":
      return plain(cell, spec) === cell && unmangled(cell, shapes) === cell && guarded(cell, spec) === cell;
    default:
      return true;
  }
}

function auditChanges(
  bytes: Uint8Array,
  rows: readonly Expected[],
  delivered: ReadonlyMap<number, readonly string[]>,
  spec: QualitySpec,
): {
  readonly readable: boolean;
  readonly entries: number;
  readonly unlogged: number;
  readonly untrue: number;
  readonly hostile: number;
} {
  // A key that is seen once is removed, so a second entry for the same cell is untrue.
  const due = new Map<string, { from: string; to: string }>();
  for (const [n, values] of delivered) {
    spec.columns.forEach((column, i) => {
      const from = rows[n - 1]?.source[spec.source.indexOf(column.from)] ?? "";
      const to = values[i] ?? "";
      if (from !== to) due.set(`${n} ${column.name}`, { from, to });
    });
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { readable: false, entries: 0, unlogged: due.size, untrue: 0, hostile: 0 };
  }
  const lines = text.split("\n").filter((line) => line !== "");
  let untrue = 0;
  let readable = text === "" || text.endsWith("\n");
  for (const line of lines) {
    let entry: unknown;
    try {
      entry = JSON.parse(line);
    } catch {
      readable = false;
    }
    const { row, column, from, to } = (typeof entry === "object" && entry !== null ? entry : {}) as Record<
      string,
      unknown
    >;
    const cell = typeof row === "number" && typeof column === "string" ? `${row} ${column}` : "";
    const wanted = due.get(cell);
    if (wanted !== undefined && wanted.from === from && wanted.to === to) due.delete(cell);
    else untrue++;
  }
  const hostile = lines.filter((line) => [...line].some((c) => isRemoved(c, spec))).length;
  return { readable, entries: lines.length, unlogged: due.size, untrue, hostile };
}

function sumUp(
  rows: readonly Expected[],
  delivered: readonly (readonly string[])[],
  spec: QualitySpec,
): Record<string, Total> {
  const at = (type: ColumnSpec["type"]): number => spec.columns.findIndex((c) => c.type === type);
  const currencyAt = at("currency");
  const expected = rows.filter((row) => row.fate === "deliver").map((row) => row.values);
  const sum = (
    table: readonly (readonly string[])[],
    column: number,
    keep: (row: readonly string[]) => boolean,
  ): string =>
    table
      .filter(keep)
      // What is not a number counts nothing, so it shows as a difference; the limit keeps a huge one from costing anything.
      .reduce(
        (total, row) => (/^[0-9]{1,15}$/.test(row[column] ?? "") ? total + BigInt(row[column] as string) : total),
        0n,
      )
      .toString();
  const total = (column: number, keep: (row: readonly string[]) => boolean): Total => ({
    expected: sum(expected, column, keep),
    delivered: sum(delivered, column, keep),
  });
  return {
    quantity: total(at("quantity"), () => true),
    weight_g: total(at("weight"), () => true),
    ...Object.fromEntries(
      Object.keys(spec.currencies).map((code) => [code, total(at("amount"), (row) => row[currencyAt] === code)]),
    ),
  };
}
