import { initial } from "./0001-initial.ts";
import type { Migration } from "./migration.ts";

/** Every step, in order; the last one gives the version that this program reads and writes. */
export const MIGRATIONS: readonly Migration[] = [initial];
