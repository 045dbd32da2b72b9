import { itemOf } from "../../log-builder.ts";

/** An item beside the one of the standard submission. */
export const second: ReturnType<typeof itemOf> = itemOf("second.csv", "x");
