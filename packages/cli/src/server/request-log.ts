import { asciiJson, breakCiCommands, escapeTerminal } from "@settld/output";
import type { RequestRecord } from "@settld/server";

/** How requests are told of on standard error. */
export type LogFormat = "pretty" | "json" | "faults";

/** What a running server tells whoever runs it. */
export type ServerLog = {
  readonly onRequest: (record: RequestRecord) => void;
  readonly onError: (error: unknown) => void;
};

/**
 * Makes the log of a server: one line a request, for people or as JSON. Faults of the server itself come with their
 * stack in every format, because here it is the message.
 *
 * @param write - takes text that ends with a line feed.
 */
export function serverLog(format: LogFormat, write: (text: string) => void, now: () => number = Date.now): ServerLog {
  const at = (): string => new Date(now()).toISOString();
  const json = (value: object): void => write(`${asciiJson(JSON.stringify(value))}\n`);
  const pretty = (text: string): void => write(breakCiCommands(`${text}\n`));
  return {
    onRequest({ error, ...record }) {
      const { request, method, path, status, code, tenant } = record;
      const ms = Math.round(record.ms * 10) / 10;
      if (format === "json") {
        json({ at: at(), ...record, ms, ...(error === undefined ? {} : { error: stackOf(error) }) });
        return;
      }
      if (format === "pretty") {
        const parts = [at(), method, path, status, code, tenant === undefined ? "-" : `tenant ${tenant}`, `${ms} ms`];
        pretty(escapeTerminal([...parts, request].filter((part) => part !== undefined).join(" ")));
      }
      if (error !== undefined) pretty(faultText(`fault in ${request}`, error));
    },
    onError(error) {
      if (format === "json") json({ at: at(), error: stackOf(error) });
      else pretty(faultText(`${at()} fault in the background`, error));
    },
  };
}

function faultText(what: string, error: unknown): string {
  return [what, ...stackOf(error).split("\n")].map(escapeTerminal).join("\n");
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { stack = error.message, cause } = error;
  return cause instanceof Error ? `${stack}\ncaused by ${cause.stack ?? cause.message}` : stack;
}
