import Papa from "papaparse";

/** A parsed CSV file: the header and the rows, every row as wide as the header. */
export type Table = { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] };

/**
 * Parses comma-separated UTF-8 (RFC 4180). Returns `undefined` for bytes that are not: invalid UTF-8, unbalanced
 * quotes, or a row of another width. Seller and checker share this function and the specification, nothing else.
 */
export function parseCsv(bytes: Uint8Array): Table | undefined {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
  // The delimiter is fixed because guessing it would let the data decide how it is read.
  const { data, errors } = Papa.parse<string[]>(text, { delimiter: ",", skipEmptyLines: true });
  const [header, ...rows] = data;
  if (header === undefined || errors.length > 0 || rows.some((row) => row.length !== header.length)) return undefined;
  return { header, rows };
}

/** Writes UTF-8 CSV with LF line ends, quoting only where RFC 4180 or white space at an end needs it. */
export function writeCsv(header: readonly string[], rows: readonly (readonly string[])[]): Uint8Array {
  return new TextEncoder().encode(`${Papa.unparse([header, ...rows] as string[][], { newline: "\n" })}\n`);
}
