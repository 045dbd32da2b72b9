import { bundle } from "./area/bundle.ts";
import { bytes } from "./area/bytes.ts";
import { dsse } from "./area/dsse.ts";
import { ed25519 } from "./area/ed25519.ts";
import { event } from "./area/event.ts";
import { json } from "./area/json.ts";
import { ledger } from "./area/ledger.ts";
import { limit } from "./area/limit.ts";
import { log } from "./area/log.ts";
import { policy } from "./area/policy.ts";
import { precedence } from "./area/precedence.ts";
import { state } from "./area/state.ts";
import { trust } from "./area/trust.ts";
import type { VectorFile } from "./format.ts";

/** Every file of vectors. */
export const files: readonly VectorFile[] = [
  ...json,
  ...bytes,
  ...ed25519,
  ...dsse,
  ...trust,
  ...policy,
  ...event,
  ...state,
  ...log,
  ...ledger,
  ...bundle,
  ...limit,
  ...precedence,
];
