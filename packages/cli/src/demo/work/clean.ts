import { parseCsv, writeCsv } from "./csv.ts";
import type { ColumnSpec, ColumnType, QualitySpec, RejectReason } from "./spec.ts";

/** The steps of the work, in the order in which they run; a delivery is as good as the steps that were taken. */
export const CLEANING_STEPS = [
  "mojibake",
  "text",
  "codes",
  "gtins",
  "dates",
  "quantities",
  "weights",
  "amounts",
  "countries",
  "statuses",
  "emails",
  "missing",
  "formulas",
  "duplicates",
  "rejects",
] as const;

/** Name of one step. */
export type CleaningStep = (typeof CLEANING_STEPS)[number];

/** The three files that a seller delivers. */
export type Delivery = { readonly cleaned: Uint8Array; readonly rejects: Uint8Array; readonly changes: Uint8Array };

type Problem = { readonly reason: RejectReason; readonly column: string; readonly refersTo?: number };
type Row = {
  readonly number: number;
  readonly source: readonly string[];
  readonly cells: Map<string, string>;
  readonly steps: Map<string, CleaningStep[]>;
  readonly problems: Problem[];
};
type Reading = { readonly value: string } | { readonly problem: RejectReason };

const value = (text: string): Reading => ({ value: text });
const problem = (reason: RejectReason): Reading => ({ problem: reason });

/**
 * Cleans the register: parses it, brings every value to its normal form, and sets aside, with a reason, what nobody
 * could repair without asking. `steps` says which part of the work is done; a row that still has a problem is never
 * delivered as clean, so without the step `rejects` it is silently gone.
 */
export function cleanDataset(
  source: Uint8Array,
  spec: QualitySpec,
  steps: readonly CleaningStep[] = CLEANING_STEPS,
): Delivery {
  const table = parseCsv(source);
  if (table === undefined || table.header.join() !== spec.source.join())
    throw new TypeError(`the source must be UTF-8 CSV with the columns ${spec.source.join(", ")}`);
  const rows = table.rows.map(
    (cells, i): Row => ({
      number: i + 1,
      source: cells,
      cells: new Map(spec.columns.map((c) => [c.name, cells[spec.source.indexOf(c.from)] ?? ""])),
      steps: new Map(),
      problems: [],
    }),
  );
  for (const step of CLEANING_STEPS) if (steps.includes(step)) STEPS[step](rows, spec);

  const good = rows.filter((row) => row.problems.length === 0);
  const bad = steps.includes("rejects") ? rows.filter((row) => row.problems.length > 0) : [];
  return {
    cleaned: writeCsv(
      ["source_row", ...spec.columns.map((c) => c.name)],
      good.map((row) => [String(row.number), ...row.cells.values()]),
    ),
    rejects: writeCsv(
      ["source_row", "reason", "column", "refers_to", ...spec.source],
      bad.map((row) => rejectLine(row, spec)),
    ),
    changes: new TextEncoder().encode(good.flatMap((row) => changeLines(row, spec)).join("")),
  };
}

function rejectLine(row: Row, spec: QualitySpec): string[] {
  const columns = spec.columns.map((c) => c.name);
  const [first] = [...row.problems].sort((a, b) => columns.indexOf(a.column) - columns.indexOf(b.column));
  if (first === undefined) throw new Error("a reject without a problem");
  const asFound = row.source.map((cell) => neutralised(tidy(cell, spec), spec));
  return [
    String(row.number),
    first.reason,
    first.column,
    first.refersTo === undefined ? "" : String(first.refersTo),
    ...asFound,
  ];
}

function changeLines(row: Row, spec: QualitySpec): string[] {
  return spec.columns.flatMap((column) => {
    const from = row.source[spec.source.indexOf(column.from)] ?? "";
    const to = row.cells.get(column.name) ?? "";
    if (from === to) return [];
    const line = JSON.stringify({
      row: row.number,
      column: column.name,
      from,
      to,
      steps: row.steps.get(column.name) ?? [],
    });
    // A log is read on terminals, too: nothing that moves the cursor or the reading direction stays literal.
    return [
      `${line.replace(/[\u007f-\u00a0\u00ad\u061c\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`)}\n`,
    ];
  });
}

/** Applies a reading to all cells of some types that still may have a value. */
function forCells(
  rows: readonly Row[],
  spec: QualitySpec,
  step: CleaningStep,
  types: readonly ColumnType[] | "all",
  read: (cell: string, column: ColumnSpec, row: Row) => Reading,
): void {
  for (const row of rows) {
    for (const column of spec.columns) {
      if (types !== "all" && !types.includes(column.type)) continue;
      const before = row.cells.get(column.name) ?? "";
      if (isMissing(before, spec) || row.problems.some((p) => p.column === column.name)) continue;
      const reading = read(before, column, row);
      if ("value" in reading) set(row, column.name, reading.value, step);
      else if (column.required) row.problems.push({ reason: reading.problem, column: column.name });
      else set(row, column.name, "", step);
    }
  }
}

function set(row: Row, column: string, to: string, step: CleaningStep): void {
  if (row.cells.get(column) === to) return;
  row.cells.set(column, to);
  row.steps.set(column, [...(row.steps.get(column) ?? []), step]);
}

const isMissing = (cell: string, spec: QualitySpec): boolean => spec.missing.includes(cell.trim().toLowerCase());

function charactersIn(ranges: readonly (readonly [number, number])[]): RegExp {
  return new RegExp(`[${ranges.map(([a, b]) => `\\u{${a.toString(16)}}-\\u{${b.toString(16)}}`).join("")}]+`, "gu");
}

function tidy(cell: string, spec: QualitySpec): string {
  return cell
    .replace(charactersIn(spec.text.removed), "")
    .replace(charactersIn(spec.text.spaces), " ")
    .replace(/^ | $/g, "")
    .normalize("NFC");
}

const matches = (text: string, pattern: string): boolean => new RegExp(`^(?:${pattern})$`, "u").test(text);

const neutralised = (cell: string, spec: QualitySpec): string =>
  cell !== "" && spec.text.formula.includes(cell.charAt(0)) ? `'${cell}` : cell;

const STEPS: Record<CleaningStep, (rows: readonly Row[], spec: QualitySpec) => void> = {
  mojibake(rows, spec) {
    const high = [...spec.text.windows1252];
    const byteOf = (c: string): number => (high.includes(c) ? 0x80 + high.indexOf(c) : c.charCodeAt(0));
    const continuation = `[${high.join("")}\u00a0-\u00bf]`;
    // The shapes of two- and three-byte UTF-8 sequences, as Windows-1252 shows them.
    const sequence = new RegExp(`[\u00c2-\u00df]${continuation}|[\u00e0-\u00ef]${continuation}{2}`, "g");
    const repair = (shown: string): string => {
      try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(shown, byteOf));
      } catch {
        return shown;
      }
    };
    forCells(rows, spec, "mojibake", "all", (cell) => value(cell.replace(sequence, repair)));
  },

  text(rows, spec) {
    forCells(rows, spec, "text", "all", (cell) => value(tidy(cell, spec)));
  },

  codes(rows, spec) {
    forCells(rows, spec, "codes", ["code"], (cell, column) => {
      const code = cell.toUpperCase();
      return matches(code, column.pattern) ? value(code) : problem("unreadable");
    });
  },

  gtins(rows, spec) {
    forCells(rows, spec, "gtins", ["gtin"], (cell) => {
      const digits = cell.replace(/[ -]/g, "");
      if (!/^\d{12,13}$/.test(digits)) return problem("unreadable");
      const gtin = digits.padStart(13, "0");
      let sum = 0;
      for (let i = 0; i < 12; i++) sum += (gtin.charCodeAt(i) - 48) * (i % 2 === 0 ? 1 : 3);
      return String((10 - (sum % 10)) % 10) === gtin.charAt(12) ? value(gtin) : problem("check-digit");
    });
  },

  dates(rows, spec) {
    forCells(rows, spec, "dates", ["date"], (cell) => {
      const parts = dateParts(cell, spec);
      if (parts === undefined) return problem("unreadable");
      const [year, month, day] = parts;
      const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
      const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
      if (day < 1 || day > days) return problem("impossible-date");
      const iso = `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
      return iso < spec.date.from || iso > spec.date.to ? problem("out-of-range") : value(iso);
    });
  },

  quantities(rows, spec) {
    const suffix = new RegExp(` ?(?:${spec.quantityWords.join("|")})\\.?$`, "i");
    forCells(rows, spec, "quantities", ["quantity"], (cell, column) => {
      const number = decimal(cell.replace(suffix, ""));
      if (number === undefined || number.scale > 0) return problem("unreadable");
      return inRange(number.digits, column);
    });
  },

  weights(rows, spec) {
    forCells(rows, spec, "weights", ["weight"], (cell, column) => {
      const match = /^(.*?) ?([a-z]+)$/i.exec(cell);
      const unit = own(spec.weightUnits, match?.[2]?.toLowerCase() ?? "");
      const number = decimal(match?.[1] ?? "");
      if (unit === undefined || number === undefined) return problem("unreadable");
      const per = BigInt(unit.per) * 10n ** BigInt(number.scale);
      return inRange((number.digits * BigInt(unit.grams) * 2n + per) / (per * 2n), column);
    });
  },

  amounts(rows, spec) {
    const amount = spec.columns.find((c) => c.type === "amount");
    const currency = spec.columns.find((c) => c.type === "currency");
    if (amount === undefined || currency === undefined) return;
    forCells(rows, spec, "amounts", ["currency"], (cell) =>
      own(spec.currencies, cell.toUpperCase()) === undefined ? problem("unreadable") : value(cell.toUpperCase()),
    );
    const marks = Object.entries(spec.currencies).flatMap(([code, { symbol }]) => [
      { mark: symbol, code },
      { mark: code, code },
    ]);
    forCells(rows, spec, "amounts", ["amount"], (cell, column, row) => {
      const found = marks.find(({ mark }) => cell.toUpperCase().includes(mark));
      const written = row.cells.get(currency.name) ?? "";
      if (found !== undefined && isMissing(written, spec)) set(row, currency.name, found.code, "amounts");
      else if (found !== undefined && found.code !== written)
        row.problems.push({ reason: "currency-conflict", column: currency.name });
      const at = found === undefined ? -1 : cell.toUpperCase().indexOf(found.mark);
      const number = decimal(
        found === undefined ? cell : `${cell.slice(0, at)}${cell.slice(at + found.mark.length)}`.trim(),
      );
      if (number === undefined) return problem("unreadable");
      const scale = own(spec.currencies, row.cells.get(currency.name) ?? "")?.scale;
      // Without a currency nobody knows what a minor unit is; the currency column carries the problem.
      if (scale === undefined) return value(cell);
      if (number.scale > scale) return problem("unreadable");
      return inRange(number.digits * 10n ** BigInt(scale - number.scale), column);
    });
  },

  countries(rows, spec) {
    const codes = byAlias(spec.countries);
    forCells(rows, spec, "countries", ["country"], (cell) => {
      const code = codes.get(cell.toLowerCase());
      return code === undefined ? problem("unreadable") : value(code);
    });
  },

  statuses(rows, spec) {
    const words = byAlias(spec.statuses);
    forCells(rows, spec, "statuses", ["status"], (cell) => {
      const word = words.get(cell.toLowerCase());
      return word === undefined ? problem("unreadable") : value(word);
    });
  },

  emails(rows, spec) {
    forCells(rows, spec, "emails", ["email"], (cell, column) => {
      const address = cell.toLowerCase().replace(/^mailto:/, "");
      return matches(address, column.pattern) ? value(address) : problem("unreadable");
    });
  },

  missing(rows, spec) {
    for (const row of rows) {
      for (const column of spec.columns) {
        if (!isMissing(row.cells.get(column.name) ?? "", spec)) continue;
        if (!column.required) set(row, column.name, "", "missing");
        else row.problems.push({ reason: "missing", column: column.name });
      }
    }
  },

  formulas(rows, spec) {
    forCells(rows, spec, "formulas", ["text"], (cell) => value(neutralised(cell, spec)));
  },

  duplicates(rows, spec) {
    const groups = new Map<string, Row[]>();
    for (const row of rows) {
      const key = row.cells.get(spec.key) ?? "";
      if (row.problems.length === 0) groups.set(key, [...(groups.get(key) ?? []), row]);
    }
    for (const group of groups.values()) {
      const [first, ...others] = group;
      if (first === undefined || others.length === 0) continue;
      const same = (row: Row): boolean => [...row.cells].every(([name, cell]) => first.cells.get(name) === cell);
      if (others.every(same))
        for (const row of others) row.problems.push({ reason: "duplicate", column: spec.key, refersTo: first.number });
      else
        for (const row of group)
          row.problems.push({ reason: "key-conflict", column: spec.key, refersTo: first.number });
    }
  },

  // Not a transformation: the files are written with or without the rows that have a problem.
  rejects() {},
};

function byAlias(table: Readonly<Record<string, readonly string[]>>): Map<string, string> {
  return new Map(
    Object.entries(table).flatMap(([code, aliases]) =>
      [code, ...aliases].map((alias) => [alias.toLowerCase(), code] as const),
    ),
  );
}

/** Looks up a key from the data, which may well be called `constructor`. */
function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function inRange(number: bigint, column: ColumnSpec): Reading {
  return number < BigInt(column.min ?? 0) || number > BigInt(column.max ?? 0)
    ? problem("out-of-range")
    : value(String(number));
}

/** Reads `1.234,50`, `1,234.5`, `1 234`, `1'234.50` or `-12` exactly: digits and how many of them are decimals. */
function decimal(text: string): { digits: bigint; scale: number } | undefined {
  const match = /^(-?)(\d+|\d{1,3}([.,' \u00a0\u202f])\d{3}(?:\3\d{3})*)(?:([.,])(\d{1,2}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", mark, point, cents = ""] = match;
  if (point !== undefined && point === mark) return undefined;
  return { digits: BigInt(`${whole.replace(/\D/g, "")}${cents}`) * (sign === "-" ? -1n : 1n), scale: cents.length };
}

/** Year, month and day as written, whether or not such a day exists. */
function dateParts(text: string, spec: QualitySpec): readonly [number, number, number] | undefined {
  const monthOf = (name: string | undefined): number =>
    spec.date.months.findIndex((names) => names.includes(name?.toLowerCase() ?? "")) + 1;
  const year = (digits: string | undefined): number => Number(digits?.length === 2 ? `20${digits}` : digits);
  const day = text.replace(/[T ]\d{2}:\d{2}(:\d{2})?$/, "");
  let m = /^(\d{4})([-/]?)(\d{2})\2(\d{2})$/.exec(day);
  if (m !== null) return [Number(m[1]), Number(m[3]), Number(m[4])];
  m = /^(\d{1,2})([./])(\d{1,2})\2(\d{4}|\d{2})$/.exec(day);
  if (m !== null) return [year(m[4]), Number(m[3]), Number(m[1])];
  m = /^(\d{1,2})\.? (\p{L}+) (\d{4})$/u.exec(day);
  if (m !== null && monthOf(m[2]) > 0) return [Number(m[3]), monthOf(m[2]), Number(m[1])];
  m = /^(\p{L}+) (\d{1,2}), (\d{4})$/u.exec(day);
  if (m !== null && monthOf(m[1]) > 0) return [Number(m[3]), monthOf(m[1]), Number(m[2])];
  return undefined;
}
