import pc from "picocolors";

/** The paints that commands use. */
export type Colors = Pick<ReturnType<typeof pc.createColors>, "bold" | "dim" | "green" | "red" | "yellow" | "cyan">;

/** Where a colour question is asked: whether the stream is a terminal, and the environment. */
export type ColorQuestion = { readonly isTTY: boolean; readonly env: Readonly<Record<string, string | undefined>> };

/**
 * Tells whether to colour: on terminals only, unless `NO_COLOR` (no-color.org) or `FORCE_COLOR` says otherwise;
 * `NO_COLOR` wins. The library's own guess is not used, because it colours files in CI.
 */
export function wantsColor({ isTTY, env }: ColorQuestion): boolean {
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return false;
  const force = env["FORCE_COLOR"];
  if (force !== undefined) return force !== "0" && force !== "false";
  return isTTY && env["TERM"] !== "dumb";
}

/** Paints for the standard output of this process. */
export function stdoutColors(): Colors {
  return pc.createColors(wantsColor({ isTTY: process.stdout.isTTY === true, env: process.env }));
}
