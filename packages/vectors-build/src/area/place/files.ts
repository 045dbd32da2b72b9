import type { VectorFile } from "../../format.ts";
import { doubts } from "./doubts.ts";
import { pins } from "./pins.ts";
import { roles } from "./roles.ts";
import { windows } from "./windows.ts";

/** Who may sign at which place. */
export const place: readonly VectorFile[] = [pins, roles, windows, doubts];
