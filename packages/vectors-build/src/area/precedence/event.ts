import type { VectorFile } from "../../format.ts";
import { EMPTY } from "../../log-builder.ts";
import { after } from "../../log-case.ts";
import { later, offered } from "./event-act.ts";
import { reactions } from "./event-reaction.ts";
import { reading } from "./event-reading.ts";

/** Two faults in one event. */
export const event: VectorFile = {
  path: "precedence/event.json",
  op: "log.reduce",
  description: "Two faults in one event.",
  groups: [after("First events.", EMPTY, reading), offered, ...reactions, ...later],
};
