import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isBuilt } from "../version.ts";
import type { KeyFile } from "./keys.ts";

// The build copies the vectors beside itself (tsup.config.ts).
const PATH = fileURLToPath(
  new URL(isBuilt ? "./data/vectors/keys.json" : "../../../../vectors/keys.json", import.meta.url),
);

/** The private keys behind the vectors. Everyone knows them. */
export const keyFile = (): KeyFile => JSON.parse(readFileSync(PATH, "utf8")) as KeyFile;
