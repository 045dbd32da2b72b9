import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CLEANING_STEPS, cleanDataset, type Delivery } from "./clean.ts";
import { cleanHastily, HASTY_STEPS } from "./clean-badly.ts";
import { parseCsv, writeCsv } from "./csv.ts";
import { type Measurement, measureDelivery } from "./measure.ts";
import { SPEC } from "./spec.ts";

const fixture = (name: string): URL => new URL(`../../../../../fixtures/demo/${name}`, import.meta.url);
const source = new Uint8Array(readFileSync(fixture("shipments.csv")));
const good = cleanDataset(source, SPEC);
const text = (bytes: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
const measure = (delivery: Delivery, from: Uint8Array = source): Measurement =>
  measureDelivery({ source: from, ...delivery }, SPEC);

type Lines = { readonly header: readonly string[]; readonly rows: string[][] };

/** Reopens a delivered file, so that a cheat can be planted in it. */
function open(file: Uint8Array): Lines {
  const table = parseCsv(file);
  if (table === undefined) throw new Error("not CSV");
  return { header: table.header, rows: table.rows.map((row) => [...row]) };
}

/** The good delivery with one thing done to its cleaned file, and the log kept honest about it. */
function cheat(change: (rows: string[][]) => string[][]): Delivery {
  const { header, rows } = open(good.cleaned);
  return { ...good, cleaned: writeCsv(header, change(rows)) };
}

const columnAt = (name: string): number => 1 + SPEC.columns.findIndex((c) => c.name === name);

describe("the data set", () => {
  it("is what its generator writes", () => {
    execFileSync(process.execPath, [fileURLToPath(fixture("make-dataset.ts")), "--check"]);
  });

  it("has defects in more than nine rows out of ten", () => {
    const raw = open(source).rows;
    const already = open(good.cleaned).rows.filter((row) => {
      const cells = raw[Number(row[0]) - 1] ?? [];
      return SPEC.columns.every((c) => cells[SPEC.source.indexOf(c.from)] === row[columnAt(c.name)]);
    });
    expect(already.length * 10).toBeLessThan(raw.length);
  });
});

describe("the seller", () => {
  it("finds exactly the values that the generator started from", () => {
    expect(text(good.cleaned)).toBe(readFileSync(fixture("expected-cleaned.csv"), "utf8"));
  });

  it("rejects exactly the rows that cannot be repaired, for the right reason", () => {
    const stated = open(good.rejects).rows.map((row) => row.slice(0, 4).join());
    expect(stated).toEqual(open(readFileSync(fixture("expected-rejects.csv"))).rows.map((row) => row.join()));
  });

  it("writes the same bytes every time", () => {
    const again = cleanDataset(source, SPEC);
    expect(text(again.cleaned) + text(again.rejects) + text(again.changes)).toBe(
      text(good.cleaned) + text(good.rejects) + text(good.changes),
    );
  });

  it("ends lines with LF and lets nothing hostile through literally", () => {
    for (const file of [good.cleaned, good.rejects, good.changes]) {
      expect(text(file).endsWith("\n")).toBe(true);
      const literal = [...text(file)].filter(
        (c) =>
          c !== "\n" &&
          (c < " " || SPEC.text.removed.some(([a, b]) => (c.codePointAt(0) ?? 0) >= a && (c.codePointAt(0) ?? 0) <= b)),
      );
      expect(literal).toEqual([]);
    }
    expect(measure(good).cells.formula).toBe(0);
  });

  it("refuses a source that is not the agreed register", () => {
    expect(() => cleanDataset(bytes("a,b\n1,2\n"), SPEC)).toThrow(TypeError);
    expect(() => cleanDataset(Uint8Array.of(0xff), SPEC)).toThrow(TypeError);
  });

  it("needs every step: without any one of them the measurement is worse", () => {
    const tolerated = CLEANING_STEPS.filter((step) => {
      const m = measure(
        cleanDataset(
          source,
          SPEC,
          CLEANING_STEPS.filter((s) => s !== step),
        ),
      );
      return !perfect(m);
    });
    expect(tolerated).toEqual(CLEANING_STEPS);
  });
});

/** Everything that a policy could ask of a delivery. */
function perfect(m: Measurement): boolean {
  const { rows, cells, changes, totals, format } = m;
  const zero = [
    rows.lost,
    rows.invented,
    rows.repeated,
    rows.duplicateKeys,
    rows.unjustified,
    rows.undeliverable,
    cells.invalid,
    cells.unfaithful,
    cells.altered,
    cells.formula,
    cells.hostile,
    cells.mojibake,
    changes.unlogged,
    changes.untrue,
    totals.unreconciled,
  ];
  return (
    zero.every((n) => n === 0) &&
    format.cleaned &&
    format.rejects &&
    format.changes &&
    rows.in === rows.delivered + rows.rejected + rows.duplicate
  );
}

describe("the checker", () => {
  it("imports nothing of the seller", () => {
    const imports = [...readFileSync(new URL("measure.ts", import.meta.url), "utf8").matchAll(/from "(.+)"/g)].map(
      (m) => m[1],
    );
    expect(imports).toEqual(["./csv.ts", "./spec.ts"]);
  });

  it("finds nothing wrong with the good work", () => {
    const m = measure(good);
    expect(perfect(m)).toBe(true);
    expect(m.rows).toMatchObject({ in: 412, delivered: 355, rejected: 43, duplicate: 14, lost: 0 });
    expect(m).toMatchObject({ completenessBps: 10_000, validityBps: 10_000 });
  });

  it("catches the hasty work on many measures, and the missing steps are the whole correction", () => {
    const m = measure(cleanHastily(source, SPEC));
    expect(m.rows).toMatchObject({
      in: 412,
      delivered: 343,
      rejected: 0,
      lost: 69,
      duplicateKeys: 16,
      undeliverable: 29,
    });
    expect(m.cells).toMatchObject({ invalid: 1096, formula: 6, mojibake: 91 });
    expect(m.invalid).toMatchObject({ ship_date: 205, weight_g: 342, sku: 0, amount_minor: 0 });
    expect(m).toMatchObject({ completenessBps: 8845, validityBps: 7717, totals: { unreconciled: 6 } });
    expect(perfect(measure(cleanDataset(source, SPEC, [...HASTY_STEPS, ...CLEANING_STEPS])))).toBe(true);
  });

  it("reports integers, strings and booleans in less than 4 KiB, also for the worst delivery", () => {
    const flood = Array.from({ length: 2000 }, (_, i) => [String(i), ...SPEC.columns.map(() => "=9".repeat(40))]);
    for (const m of [
      measure(good),
      measure(cleanHastily(source, SPEC)),
      measure({ ...good, cleaned: writeCsv(open(good.cleaned).header, flood) }),
    ]) {
      expect(bytes(JSON.stringify(m)).length).toBeLessThan(4096);
      JSON.stringify(m, (_, v: unknown) => {
        expect(typeof v !== "number" || Number.isSafeInteger(v)).toBe(true);
        expect(v === null || v === undefined).toBe(false);
        return v;
      });
    }
  });

  it.each<
    [string, () => Delivery, (m: Measurement) => Record<string, number | boolean>, Record<string, number | boolean>]
  >([
    [
      "deletes the bad rows silently",
      () => ({ ...good, rejects: writeCsv(open(good.rejects).header, []) }),
      (m) => ({ lost: m.rows.lost }),
      { lost: 57 },
    ],
    [
      "deletes good rows silently",
      () => cheat((rows) => rows.slice(5)),
      (m) => ({ lost: m.rows.lost, sums: m.totals.unreconciled > 0, complete: m.completenessBps }),
      { lost: 5, sums: true, complete: 9859 },
    ],
    [
      "copies the input unchanged",
      () => ({ ...good, cleaned: source, rejects: writeCsv(open(good.rejects).header, []) }),
      (m) => ({ format: m.format.cleaned, lost: m.rows.lost, invented: m.rows.invented, valid: m.validityBps }),
      { format: false, lost: 412, invented: 412, valid: 0 },
    ],
    [
      "copies the input under the agreed header",
      () => cleanDataset(source, SPEC, []),
      (m) => ({
        format: m.format.cleaned,
        undeliverable: m.rows.undeliverable,
        valid: m.validityBps < 8000,
        sums: m.totals.unreconciled > 0,
      }),
      { format: true, undeliverable: 57, valid: true, sums: true },
    ],
    [
      "returns an empty file",
      () => ({ cleaned: new Uint8Array(), rejects: new Uint8Array(), changes: new Uint8Array() }),
      (m) => ({ format: m.format.cleaned, lost: m.rows.lost, valid: m.validityBps, complete: m.completenessBps }),
      { format: false, lost: 412, valid: 0, complete: 0 },
    ],
    [
      "returns only the headers",
      () => ({
        cleaned: writeCsv(open(good.cleaned).header, []),
        rejects: writeCsv(open(good.rejects).header, []),
        changes: new Uint8Array(),
      }),
      (m) => ({ format: m.format.cleaned, lost: m.rows.lost, valid: m.validityBps, complete: m.completenessBps }),
      { format: true, lost: 412, valid: 0, complete: 0 },
    ],
    [
      "invents a value",
      () =>
        cheat((rows) =>
          rows.map((row, i) => row.map((cell, c) => (i === 7 && c === columnAt("amount_minor") ? `${cell}0` : cell))),
        ),
      (m) => ({ unfaithful: m.cells.unfaithful, sums: m.totals.unreconciled, invalid: m.cells.invalid }),
      { unfaithful: 1, sums: 1, invalid: 0 },
    ],
    [
      "invents the same status everywhere",
      () => cheat((rows) => rows.map((row) => row.map((cell, c) => (c === columnAt("status") ? "delivered" : cell)))),
      (m) => ({ unfaithful: m.cells.unfaithful > 100, invalid: m.cells.invalid }),
      { unfaithful: true, invalid: 0 },
    ],
    [
      "invents a row",
      () => cheat((rows) => [...rows, ["413", ...(rows[0] ?? []).slice(1)]]),
      (m) => ({ invented: m.rows.invented, keys: m.rows.duplicateKeys }),
      { invented: 1, keys: 1 },
    ],
    [
      "delivers a row twice",
      () => cheat((rows) => [...rows, ...rows.slice(0, 1)]),
      (m) => ({ repeated: m.rows.repeated, keys: m.rows.duplicateKeys, order: m.format.cleaned }),
      { repeated: 1, keys: 1, order: false },
    ],
    [
      "makes up a check digit for a rejected row",
      () => repairedByGuess(),
      (m) => ({ undeliverable: m.rows.undeliverable, unfaithful: m.cells.unfaithful, invalid: m.cells.invalid }),
      { undeliverable: 1, unfaithful: 1, invalid: 0 },
    ],
    [
      "rejects what it did not want to clean",
      () => rejectedOnAPretext(),
      (m) => ({ unjustified: m.rows.unjustified, complete: m.completenessBps, lost: m.rows.lost }),
      { unjustified: 1, complete: 9971, lost: 0 },
    ],
    [
      "clears optional values",
      () => cheat((rows) => rows.map((row) => row.map((cell, c) => (c === columnAt("note") ? "" : cell)))),
      (m) => ({ unfaithful: m.cells.unfaithful > 50, valid: m.validityBps }),
      { unfaithful: true, valid: 10_000 },
    ],
    [
      "edits the rows that it rejects",
      () => ({ ...good, rejects: bytes(text(good.rejects).replace("see invoice", "see note")) }),
      (m) => ({ altered: m.cells.altered }),
      { altered: 1 },
    ],
    [
      "leaves the log empty",
      () => ({ ...good, changes: new Uint8Array() }),
      (m) => ({ unlogged: m.changes.unlogged }),
      { unlogged: 1887 },
    ],
    [
      "writes lies into the log",
      () => ({ ...good, changes: bytes(`${text(good.changes)}{"row":{"toString":1},"column":"sku"}\nnull\n[\n`) }),
      (m) => ({ untrue: m.changes.untrue, format: m.format.changes }),
      { untrue: 3, format: false },
    ],
    [
      "leaves a formula in",
      () => ({ ...good, cleaned: bytes(text(good.cleaned).replace("'=HYPERLINK", "=HYPERLINK")) }),
      (m) => ({ formula: m.cells.formula, note: m.invalid["note"] ?? 0 }),
      { formula: 1, note: 1 },
    ],
    [
      "leaves a direction override in",
      () => ({ ...good, cleaned: bytes(text(good.cleaned).replace("invoice_fdp", "invoice_\u202efdp")) }),
      (m) => ({ hostile: m.cells.hostile, note: m.invalid["note"] ?? 0 }),
      { hostile: 1, note: 1 },
    ],
  ])("catches a seller who %s", (_, deliver, look, expected) => {
    const m = measure(deliver());
    expect(look(m)).toEqual(expected);
    expect(perfect(m)).toBe(false);
  });

  it("never throws, whatever bytes are delivered", () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom(good.cleaned, good.rejects, good.changes),
      fc.string().map(bytes),
      fc.json().map((j) => bytes(`${j}\n`)),
    );
    const small = bytes(text(source).split("\n").slice(0, 4).join("\n"));
    fc.assert(
      fc.property(piece, piece, piece, (cleaned, rejects, changes) => {
        measure({ cleaned, rejects, changes }, small);
      }),
      { seed: 4, numRuns: 300 },
    );
  });
});

function repairedByGuess(): Delivery {
  const rejects = open(good.rejects);
  const at = rejects.rows.findIndex((row) => row[1] === "check-digit");
  const [number] = rejects.rows.splice(at, 1)[0] ?? [];
  const all = open(
    cleanDataset(
      source,
      SPEC,
      CLEANING_STEPS.filter((s) => s !== "gtins"),
    ).cleaned,
  );
  const guess = all.rows.find((row) => row[0] === number) ?? [];
  const gtin = guess[columnAt("gtin")] ?? "";
  for (let d = 0; d < 10; d++) {
    const sum = [...`${gtin.slice(0, 12)}${d}`].reduce((s, c, i) => s + Number(c) * (i % 2 === 0 ? 1 : 3), 0);
    if (sum % 10 === 0) guess[columnAt("gtin")] = `${gtin.slice(0, 12)}${d}`;
  }
  const cleaned = open(good.cleaned);
  return {
    ...good,
    rejects: writeCsv(rejects.header, rejects.rows),
    cleaned: writeCsv(
      cleaned.header,
      [...cleaned.rows, guess].sort((a, b) => Number(a[0]) - Number(b[0])),
    ),
  };
}

function rejectedOnAPretext(): Delivery {
  const cleaned = open(good.cleaned);
  const [number = ""] = cleaned.rows.shift() ?? [];
  const rejects = open(good.rejects);
  const row = [number, "unreadable", "ship_date", "", ...(open(source).rows[Number(number) - 1] ?? [])];
  return {
    ...good,
    cleaned: writeCsv(cleaned.header, cleaned.rows),
    rejects: writeCsv(rejects.header, [row, ...rejects.rows]),
  };
}

describe("seller and checker", () => {
  it("read any register alike, though they share no reading code", () => {
    const real = open(source).rows;
    // Cells of the real register in any mixture, and what hands, spreadsheets and attackers make of them.
    const odd = [
      "",
      "-",
      "N/A",
      " ",
      "0",
      "00",
      "1,234",
      "1.23",
      "1,23,4",
      "1.234.567,8",
      "1 234 kg",
      "12.345 kg",
      "3 constructor",
      "constructor",
      "__proto__",
      "€",
      "5 €",
      "€ 5 $",
      "EUR5",
      "eur 5",
      "5.000 ¥",
      "¥5.5",
      "-5",
      "--5",
      "5-",
      "5 lb.",
      "5 pcs.",
      "29/02/2026",
      "29.2.2024",
      "1/1/26",
      "01/01/0026",
      "2026/3/4",
      "2026-3-4",
      "4 März 26",
      "Mar 4, 2026",
      "4 Mar, 2026",
      "4-3-2026",
      "99999999",
      "20260230",
      "2026-03-04 10:20",
      "Ã",
      "Ã©",
      "â‚¬ 7",
      "Ã\u00a0",
      "=1",
      "'=1",
      "\u202e=1",
      "ſ",
      "İ",
      "K",
      "🚚",
      "ＡＢＣ-0001",
      "abc-0001",
    ];
    const cell = (column: number): fc.Arbitrary<string> =>
      fc.oneof(
        { weight: 30, arbitrary: fc.constantFrom(...real.map((row) => row[column] ?? "")) },
        { weight: 2, arbitrary: fc.constantFrom(...odd) },
        { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 8 }) },
      );
    const row = fc.oneof(fc.constantFrom(...real), fc.tuple(...SPEC.source.map((_, i) => cell(i))));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
        const register = writeCsv(SPEC.source, rows);
        const m = measure(cleanDataset(register, SPEC), register);
        expect(m).toSatisfy(perfect);
      }),
      { seed: 7, numRuns: Number(process.env["SETTLD_FUZZ_RUNS"] ?? 200) },
    );
  });
});

describe("the modules", () => {
  it("use no clock, randomness, locale or Node API, so they run everywhere and always the same", () => {
    const here = new URL(".", import.meta.url);
    for (const name of readdirSync(here).filter((n) => n.endsWith(".ts") && !n.endsWith(".test.ts"))) {
      expect(readFileSync(new URL(name, here), "utf8"), name).not.toMatch(
        /node:|Buffer|process\.|Date\.now|new Date\(\)|Math\.random|toLocale|localeCompare|Intl\./,
      );
    }
  });
});
