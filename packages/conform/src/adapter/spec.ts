import { SettldError } from "@settld/protocol";
import { splitWords } from "./words.ts";

/** How an adapter is reached (CONF-9). */
export type AdapterSpec =
  | { readonly kind: "cmd" | "exec"; readonly command: readonly [string, ...string[]] }
  | { readonly kind: "node"; readonly module: string }
  | { readonly kind: "http"; readonly url: string };

/**
 * Reads the argument of `--adapter`.
 *
 * @throws SettldError `CLI_USAGE` when it is none of the ways of CONF-9.
 */
export const parseSpec = (text: string): AdapterSpec => {
  const colon = text.indexOf(":");
  const kind = text.slice(0, Math.max(colon, 0));
  const rest = text.slice(colon + 1);
  switch (kind) {
    case "cmd":
    case "exec":
      return { kind, command: splitWords(rest) };
    case "node":
      if (rest === "") throw new SettldError("CLI_USAGE", "expected a module after node:, found none");
      return { kind, module: rest };
    case "http":
    case "https":
      if (!URL.canParse(text)) throw new SettldError("CLI_USAGE", `expected a URL, found ${text}`);
      return { kind: "http", url: text };
    default:
      throw new SettldError(
        "CLI_USAGE",
        `expected cmd:, exec:, node:, http: or https: before the adapter, found ${text}`,
      );
  }
};
