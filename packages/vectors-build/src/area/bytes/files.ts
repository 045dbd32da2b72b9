import type { VectorFile } from "../../format.ts";
import { jcs } from "./canonical.ts";
import { digestTexts } from "./digest-text.ts";
import { keys } from "./jwk.ts";
import { money } from "./money.ts";
import { digests } from "./sha256.ts";

/** Canonical form, digests, money values and keys, each by itself. */
export const bytes: readonly VectorFile[] = [jcs, digests, digestTexts, money, keys];
