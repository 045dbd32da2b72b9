import type { VectorFile } from "../../format.ts";
import { bundle } from "./bundle.ts";
import { canonical } from "./canonical.ts";
import { ed25519 } from "./ed25519.ts";
import { envelopes } from "./envelope.ts";
import { event } from "./event.ts";
import { json } from "./json.ts";
import { trust } from "./trust.ts";

/** Two faults in one input: which code wins is part of the contract. */
export const precedence: readonly VectorFile[] = [json, canonical, ed25519, envelopes, trust, event, bundle];
