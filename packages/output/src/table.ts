import stringWidth from "fast-string-width";
import { escapeTerminal } from "./terminal.ts";

/** One cell: untrusted text, or text with a paint that is put on after it was escaped and measured. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

/** How {@link formatTable} lays out its columns. */
export type TableOptions = {
  /** Alignment by column; the rest is aligned left. */
  readonly align?: readonly ("left" | "right")[];
  /** Spaces before each row. Default 0. */
  readonly indent?: number;
};

/** Columns that a text takes on a terminal; its characters are escaped first. */
export function displayWidth(text: string): number {
  return stringWidth(escapeTerminal(text));
}

/**
 * Lays out rows as aligned columns, two spaces apart, one line a row. Every cell is escaped for terminals, and wide
 * characters count as the two columns that they take.
 */
export function formatTable(rows: readonly (readonly Cell[])[], options: TableOptions = {}): string[] {
  const shown = rows.map((row) =>
    row.map((cell) => {
      const text = escapeTerminal(typeof cell === "string" ? cell : cell.text);
      return { text, width: stringWidth(text), paint: typeof cell === "string" ? undefined : cell.paint };
    }),
  );
  const widths: number[] = [];
  for (const row of shown) {
    for (const [column, { width }] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, width);
  }
  const indent = " ".repeat(options.indent ?? 0);
  return shown.map((row) => {
    const cells = row.map(({ text, width, paint }, column) => {
      const space = " ".repeat((widths[column] ?? 0) - width);
      const painted = paint === undefined ? text : paint(text);
      if (options.align?.[column] === "right") return `${space}${painted}`;
      // Nothing stands behind the last cell, so it needs no padding.
      return column === row.length - 1 ? painted : `${painted}${space}`;
    });
    return `${indent}${cells.join("  ")}`.trimEnd();
  });
}
