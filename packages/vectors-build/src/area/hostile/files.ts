import type { VectorFile } from "../../format.ts";
import { bundles } from "./bundle.ts";
import { NAMES } from "./name.ts";
import { results } from "./result.ts";
import { strings } from "./string.ts";
import { texts } from "./text.ts";

/** Text, names and bytes that attack whoever handles them. */
export const hostile: readonly VectorFile[] = [strings, texts, NAMES, bundles, results];
