import type { VectorFile } from "../../format.ts";
import { actors } from "./actor.ts";
import { instants } from "./instant.ts";
import { references } from "./reference.ts";
import { releases } from "./release.ts";

/** Actors, references and instants in the places that the first files leave out. */
export const corners: readonly VectorFile[] = [actors, references, instants, releases];
