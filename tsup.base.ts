import type { Options } from "tsup";

/**
 * The one build setup of every published package: ESM only, readable, reproducible.
 * Not minified, because an auditor reads `dist` next to `src`; workspace and npm dependencies stay external.
 */
export const base = (entry: Record<string, string>): Options => ({
  entry,
  format: "esm",
  target: ["es2023", "node20"],
  platform: "neutral",
  external: [/^node:/],
  dts: true,
  sourcemap: true,
  splitting: true,
  minify: false,
  clean: true,
  // `treeshake: true` would add a rollup pass whose output is harder to compare with the sources.
  treeshake: false,
  // Deno and bundlers want the prefix; tsup would take it off.
  removeNodeProtocol: false,
  silent: true,
});
