/** The value classes of the agreed specification; each has one normal form. */
export type ColumnType =
  | "code"
  | "date"
  | "gtin"
  | "text"
  | "quantity"
  | "weight"
  | "amount"
  | "currency"
  | "country"
  | "email"
  | "status";

/** One column of the cleaned file. */
export type ColumnSpec = {
  /** Header in the cleaned file. */
  readonly name: string;
  /** Header of the source column that the value comes from. */
  readonly from: string;
  readonly type: ColumnType;
  /** A row without a value here is rejected; in other columns an unreadable value is cleared and the row stays. */
  readonly required: boolean;
  /** ECMAScript regular expression that the whole normal form matches. */
  readonly pattern: string;
  /** Inclusive bounds of `quantity`, `weight` and `amount`. */
  readonly min?: number;
  readonly max?: number;
};

/** Why a row is in the reject file. */
export type RejectReason =
  | "missing"
  | "unreadable"
  | "impossible-date"
  | "out-of-range"
  | "check-digit"
  | "currency-conflict"
  | "key-conflict"
  | "duplicate";

/** What buyer and seller agree on. Plain JSON (no fractions), so its canonical form has a digest that an offer can carry. */
export type QualitySpec = {
  readonly name: string;
  readonly rules: readonly string[];
  readonly files: {
    readonly source: string;
    readonly cleaned: string;
    readonly rejects: string;
    readonly changes: string;
  };
  readonly source: readonly string[];
  readonly columns: readonly ColumnSpec[];
  readonly key: string;
  readonly rejectReasons: readonly RejectReason[];
  readonly missing: readonly string[];
  readonly date: { readonly from: string; readonly to: string; readonly months: readonly (readonly string[])[] };
  readonly quantityWords: readonly string[];
  /** Grams a unit, as an exact fraction. */
  readonly weightUnits: Readonly<Record<string, { readonly grams: number; readonly per: number }>>;
  readonly currencies: Readonly<Record<string, { readonly scale: number; readonly symbol: string }>>;
  readonly countries: Readonly<Record<string, readonly string[]>>;
  readonly statuses: Readonly<Record<string, readonly string[]>>;
  readonly text: {
    /** Code point ranges, inclusive: these are removed. */
    readonly removed: readonly (readonly [number, number])[];
    /** Code point ranges, inclusive: a run of these is one space, none at the ends. */
    readonly spaces: readonly (readonly [number, number])[];
    /** A text that starts with one of these gets an apostrophe in front. */
    readonly formula: string;
    /** The characters that bytes 80 to 9F were shown as when UTF-8 was once read as Windows-1252. */
    readonly windows1252: string;
  };
};

/** The agreement of the demo: how the shipment register in `fixtures/demo/shipments.csv` is to look. */
export const SPEC: QualitySpec = {
  name: "brackwater-oster-shipments/1",
  rules: [
    "Every source row, counted from 1 without the header, is in exactly one of the two delivered files, with its number in source_row and in source order.",
    "The cleaned file has the columns source_row and those listed, the reject file source_row, reason, column, refers_to and the source columns as found but for white space, removed characters and formulas.",
    "A cell whose UTF-8 was once read as Windows-1252 is put right first; then text is NFC, without removed characters, with single spaces, and an apostrophe in front of what a spreadsheet would run.",
    "Dates are read as YYYY-MM-DD, YYYY/MM/DD, YYYYMMDD, D/M/YYYY, D.M.YYYY (day first; a year of two digits is 20yy), D Month YYYY, D. Month YYYY and Month D, YYYY; a time of day behind them is dropped.",
    "In numbers a mark followed by exactly three digits groups thousands; a mark followed by one or two digits at the end is the decimal point; point, comma, space and apostrophe are marks.",
    "Weights become whole grams, half up. Amounts become whole minor units; more decimals than the currency has are unreadable.",
    "The currency is what the column says, else the symbol or code in the amount; if both speak and differ, the row is rejected.",
    "GTINs keep 13 digits; spaces and hyphens go, one lost leading zero is restored, a wrong check digit rejects.",
    "A row with an unreadable or missing required value is rejected for the first such column. An unreadable optional value is cleared.",
    "Among the rows that remain, the first of several equal ones with one key stays and the others are duplicates of it; if they differ, all are rejected as key-conflict. refers_to names the first.",
    "Every cell that differs from its source cell has one line in the change log: row, column, from, to, steps.",
  ],
  files: { source: "shipments.csv", cleaned: "cleaned.csv", rejects: "rejects.csv", changes: "changes.jsonl" },
  source: [
    "shipment_id",
    "ship_date",
    "sku",
    "gtin",
    "description",
    "quantity",
    "weight",
    "amount",
    "currency",
    "origin",
    "destination",
    "contact_email",
    "status",
    "note",
  ],
  columns: [
    { name: "shipment_id", from: "shipment_id", type: "code", required: true, pattern: "BO-2026-[0-9]{5}" },
    { name: "ship_date", from: "ship_date", type: "date", required: true, pattern: "[0-9]{4}-[0-9]{2}-[0-9]{2}" },
    { name: "sku", from: "sku", type: "code", required: true, pattern: "[A-Z]{3}-[0-9]{4}" },
    { name: "gtin", from: "gtin", type: "gtin", required: true, pattern: "[0-9]{13}" },
    { name: "description", from: "description", type: "text", required: true, pattern: "[\\s\\S]{1,120}" },
    {
      name: "quantity",
      from: "quantity",
      type: "quantity",
      required: true,
      pattern: "[1-9][0-9]{0,4}",
      min: 1,
      max: 99_999,
    },
    {
      name: "weight_g",
      from: "weight",
      type: "weight",
      required: true,
      pattern: "[1-9][0-9]{0,9}",
      min: 1,
      max: 9_999_999_999,
    },
    {
      name: "amount_minor",
      from: "amount",
      type: "amount",
      required: true,
      pattern: "[1-9][0-9]{0,11}",
      min: 1,
      max: 999_999_999_999,
    },
    { name: "currency", from: "currency", type: "currency", required: true, pattern: "[A-Z]{3}" },
    { name: "origin", from: "origin", type: "country", required: true, pattern: "[A-Z]{2}" },
    { name: "destination", from: "destination", type: "country", required: true, pattern: "[A-Z]{2}" },
    {
      name: "contact_email",
      from: "contact_email",
      type: "email",
      required: false,
      pattern: "[a-z0-9.-]+@[a-z0-9-]+(\\.[a-z0-9-]+)+",
    },
    { name: "status", from: "status", type: "status", required: true, pattern: "[a-z]+" },
    { name: "note", from: "note", type: "text", required: false, pattern: "[\\s\\S]{1,200}" },
  ],
  key: "shipment_id",
  rejectReasons: [
    "missing",
    "unreadable",
    "impossible-date",
    "out-of-range",
    "check-digit",
    "currency-conflict",
    "key-conflict",
    "duplicate",
  ],
  missing: ["", "-", "?", "n/a", "null"],
  date: {
    from: "2026-01-01",
    to: "2026-10-31",
    months: [
      ["jan", "january", "januar"],
      ["feb", "february", "februar"],
      ["mar", "march", "märz"],
      ["apr", "april"],
      ["may", "mai"],
      ["jun", "june", "juni"],
      ["jul", "july", "juli"],
      ["aug", "august"],
      ["sep", "september"],
      ["oct", "october", "oktober"],
      ["nov", "november"],
      ["dec", "december", "dezember"],
    ],
  },
  quantityWords: ["pc", "pcs", "units"],
  weightUnits: {
    g: { grams: 1, per: 1 },
    kg: { grams: 1000, per: 1 },
    lb: { grams: 45_359_237, per: 100_000 },
    lbs: { grams: 45_359_237, per: 100_000 },
  },
  currencies: {
    EUR: { scale: 2, symbol: "€" },
    GBP: { scale: 2, symbol: "£" },
    JPY: { scale: 0, symbol: "¥" },
    USD: { scale: 2, symbol: "$" },
  },
  countries: {
    AT: ["Austria", "Österreich", "AUT"],
    CH: ["Switzerland", "Schweiz", "CHE"],
    DE: ["Germany", "Deutschland", "DEU"],
    ES: ["Spain", "España", "ESP"],
    FR: ["France", "FRA"],
    GB: ["United Kingdom", "Great Britain", "UK", "GBR"],
    IT: ["Italy", "Italia", "ITA"],
    JP: ["Japan", "JPN"],
    NL: ["Netherlands", "The Netherlands", "NLD"],
    PL: ["Poland", "Polska", "POL"],
    SE: ["Sweden", "Sverige", "SWE"],
    US: ["United States", "USA", "U.S.A."],
  },
  statuses: { planned: ["booked"], shipped: ["in transit", "dispatched"], delivered: ["done"], returned: ["rts"] },
  text: {
    // Controls other than white space, soft hyphen, and the invisible and direction-changing characters.
    removed: [
      [0x00, 0x08],
      [0x0e, 0x1f],
      [0x7f, 0x9f],
      [0xad, 0xad],
      [0x061c, 0x061c],
      [0x200b, 0x200f],
      [0x202a, 0x202e],
      [0x2060, 0x206f],
      [0xfeff, 0xfeff],
    ],
    spaces: [
      [0x09, 0x0d],
      [0x20, 0x20],
      [0xa0, 0xa0],
      [0x1680, 0x1680],
      [0x2000, 0x200a],
      [0x2028, 0x2029],
      [0x202f, 0x202f],
      [0x205f, 0x205f],
      [0x3000, 0x3000],
    ],
    formula: "=+-@\t\r",
    windows1252:
      "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178",
  },
};
