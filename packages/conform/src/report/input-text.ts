import { base64Decode, fromUtf8, parseJson, SettldError } from "@settld/protocol";
import { shorten } from "./shorten.ts";

/** How much of an input is shown. */
export type InputLimits = {
  /** Lines of one value, and characters of one line. */
  readonly linesMax: number;
  readonly lengthMax: number;
};

/** What fits on a screen. */
export const SCREEN: InputLimits = { linesMax: 12, lengthMax: 400 };

// Members that hold bytes in base64, alone, in a list, or by name (`adapter.schema.json`).
const BYTES: ReadonlySet<string> = new Set([
  "bytes",
  "document",
  "jwk",
  "publicKey",
  "message",
  "signature",
  "envelope",
  "keys",
  "trust",
  "prefix",
  "events",
  "log",
  "bundle",
  "bundles",
  "root",
  "evidence",
  "receipt",
  "seeds",
]);

/**
 * Shows an input as far as people can read it: bytes as text where they are text, payloads of envelopes decoded, and
 * everything else as hexadecimal. Untrusted text: whoever prints it escapes it, line by line.
 */
export const inputLines = (input: Readonly<Record<string, unknown>>, limits: InputLimits = SCREEN): string[] =>
  Object.entries(input).flatMap(([name, value]) =>
    BYTES.has(name)
      ? bytesLines(name, value, limits)
      : [shorten(`${name}: ${JSON.stringify(value)}`, limits.lengthMax)],
  );

const bytesLines = (name: string, value: unknown, limits: InputLimits): string[] => {
  if (typeof value === "string") return oneLines(name, base64Decode(value), limits);
  const entries = Object.entries(value as Readonly<Record<string, string>>);
  const shown = entries.slice(0, limits.linesMax);
  const more = entries.length > shown.length ? [`${name}: and ${entries.length - shown.length} more`] : [];
  return [...shown.flatMap(([key, data]) => oneLines(`${name}[${key}]`, base64Decode(data), limits)), ...more];
};

const oneLines = (name: string, bytes: Uint8Array, { linesMax, lengthMax }: InputLimits): string[] => {
  const text = textOf(bytes);
  const size = `${bytes.length} ${bytes.length === 1 ? "byte" : "bytes"}`;
  if (text === undefined) {
    const hex = Buffer.from(bytes.subarray(0, Math.ceil(lengthMax / 2))).toString("hex");
    return [`${name}: ${size}`, ...(hex === "" ? [] : [`  hex ${hex.length < 2 * bytes.length ? `${hex}...` : hex}`])];
  }
  const all = text.replace(/\n$/, "").split("\n");
  const shown = all.slice(0, linesMax).map((line) => `  ${shorten(openEnvelope(line), lengthMax)}`);
  return [
    `${name}: ${size} of text`,
    ...shown,
    ...(all.length > linesMax ? [`  and ${all.length - linesMax} more lines`] : []),
  ];
};

const textOf = (bytes: Uint8Array): string | undefined => {
  // Keys and signatures can be UTF-8 by chance, and nobody would want to read that.
  if (bytes.length === 0 || bytes.length === 32 || bytes.length === 64) return undefined;
  try {
    return fromUtf8(bytes);
  } catch (error) {
    if (error instanceof SettldError) return undefined;
    throw error;
  }
};

// An envelope says more with its payload opened; one that cannot be opened is shown as it is.
const openEnvelope = (line: string): string => {
  if (!line.includes('"payload"')) return line;
  try {
    const value = parseJson(Buffer.from(line), { maxBytes: line.length * 4 }) as Readonly<Record<string, unknown>>;
    const payload = fromUtf8(base64Decode(String(value["payload"])));
    const { payload: _payload, ...rest } = value;
    return `payload ${payload} in ${JSON.stringify(rest)}`;
  } catch (error) {
    if (error instanceof SettldError) return line;
    throw error;
  }
};
