import { asciiJson, breakCiCommands, escapeTerminal } from "@settld/output";
import type { RequestRecord } from "@settld/server";

/** How requests are told of on standard error. */
export type LogFormat = "pretty" | "json" | "faults";

/** What a running server tells whoever runs it. */
export type ServerLog = {
  readonly onRequest: (record: RequestRecord) => void;
  readonly onError: (error: unknown) => void;
  /** Something that happens to the server itself, such as its end. */
  readonly onNotice: (text: string) => void;
};

/** Of what {@link serverLog} is made. */
export type ServerLogOptions = {
  /** Takes text that ends with a line feed. */
  readonly write: (text: string) => void;
  /** Takes secrets out of text. */
  readonly redact: (text: string) => string;
  readonly now?: () => number;
};

/**
 * Makes the log of a server: one line a request, for people or as JSON. Faults of the server itself come with their
 * stack in every format, because here it is the message. What looks like a secret is taken out of every line, because
 * paths and errors are written by others.
 */
export function serverLog(format: LogFormat, { write, redact, now = Date.now }: ServerLogOptions): ServerLog {
  const at = (): string => new Date(now()).toISOString();
  const json = (value: object): void => write(`${asciiJson(JSON.stringify(value, (_name, one) => cleaned(one)))}\n`);
  // Before it becomes JSON, whose escapes would hide the forms of secrets.
  const cleaned = (value: unknown): unknown => (typeof value === "string" ? redact(value) : value);
  const pretty = (text: string): void => write(breakCiCommands(`${text}\n`));
  const fault = (what: string, error: unknown): string =>
    [what, ...redact(stackOf(error)).split("\n")].map(escapeTerminal).join("\n");
  return {
    onRequest({ error, replayed, ...record }) {
      const { request, method, path, status, code, tenant } = record;
      const ms = Math.round(record.ms * 10) / 10;
      if (format === "json") {
        json({
          level: levelOf(status, error),
          at: at(),
          ...record,
          ms,
          ...(replayed ? { replayed } : {}),
          ...(error === undefined ? {} : { error: stackOf(error) }),
        });
        return;
      }
      if (format === "pretty") {
        const parts = [at(), method, path, status, code, tenant === undefined ? "-" : `tenant ${tenant}`, `${ms} ms`];
        pretty(escapeTerminal(redact([...parts, request].filter((part) => part !== undefined).join(" "))));
      }
      if (error !== undefined) pretty(fault(`fault in ${request}`, error));
    },
    onError(error) {
      if (format === "json") json({ level: "error", at: at(), error: stackOf(error) });
      else pretty(fault(`${at()} fault in the background`, error));
    },
    onNotice(text) {
      if (format === "json") json({ level: "info", at: at(), notice: text });
      else if (format === "pretty") pretty(escapeTerminal(redact(text)));
    },
  };
}

// What its operator has to look at is an error; what a caller has to change is not even a warning.
function levelOf(status: number, error: unknown): "info" | "warn" | "error" {
  if (error !== undefined || status === 500) return "error";
  return status > 500 ? "warn" : "info";
}

// Errors may hold whole values besides, such as what a database was connected with; only what they say is told.
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { stack = error.message, cause } = error;
  return cause instanceof Error ? `${stack}\ncaused by ${cause.stack ?? cause.message}` : stack;
}
