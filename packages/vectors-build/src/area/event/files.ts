import type { VectorFile } from "../../format.ts";
import { body } from "./body.ts";
import { offers } from "./offer.ts";
import { payload } from "./payload.ts";

/** Events by themselves, and their bodies. */
export const event: readonly VectorFile[] = [payload, offers, body];
