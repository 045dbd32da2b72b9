import { byteEnds } from "./area/adequacy-bytes.ts";
import { calendar } from "./area/adequacy-calendar.ts";
import { wholeFiles } from "./area/adequacy-file.ts";
import { edges } from "./area/adequacy-json.ts";
import { oneSided } from "./area/adequacy-kernel.ts";
import { pattern } from "./area/adequacy-pattern.ts";
import { rules } from "./area/adequacy-rules.ts";
import { signatures } from "./area/adequacy-signature.ts";
import { texts } from "./area/adequacy-text.ts";
import { stops } from "./area/adequacy-verifier.ts";
import { bundle } from "./area/bundle/files.ts";
import { bytes } from "./area/bytes/files.ts";
import { chain } from "./area/chain.ts";
import { corners } from "./area/corners/files.ts";
import { dsse } from "./area/dsse/files.ts";
import { ed25519 } from "./area/ed25519.ts";
import { event } from "./area/event/files.ts";
import { grammar } from "./area/grammar.ts";
import { hostile } from "./area/hostile/files.ts";
import { issueBundle } from "./area/issue-bundle.ts";
import { issueEnvelope } from "./area/issue-envelope/envelope.ts";
import { issueOrder } from "./area/issue-order.ts";
import { issueReactions } from "./area/issue-reactions.ts";
import { issueReceipt } from "./area/issue-receipt.ts";
import { json } from "./area/json/files.ts";
import { ledger } from "./area/ledger.ts";
import { limit } from "./area/limit.ts";
import { log } from "./area/log/files.ts";
import { names } from "./area/names.ts";
import { order } from "./area/order.ts";
import { place } from "./area/place/files.ts";
import { policy } from "./area/policy/files.ts";
import { policyScope } from "./area/policy-scope.ts";
import { precedence } from "./area/precedence/files.ts";
import { report } from "./area/report.ts";
import { rounding } from "./area/rounding.ts";
import { schemaBody } from "./area/schema-body.ts";
import { schemaEdge } from "./area/schema-edge.ts";
import { schemaEvent } from "./area/schema-event.ts";
import { schemaLine } from "./area/schema-line.ts";
import { schemaOffer } from "./area/schema-offer/offer.ts";
import { schemaReceipt } from "./area/schema-receipt.ts";
import { schemaTrust } from "./area/schema-trust.ts";
import { second } from "./area/second.ts";
import { state } from "./area/state.ts";
import { timeBounds } from "./area/time-bounds.ts";
import { trust } from "./area/trust/files.ts";
import { word } from "./area/word.ts";
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
  schemaEvent,
  schemaOffer,
  schemaBody,
  schemaEdge,
  ...schemaTrust,
  schemaReceipt,
  schemaLine,
  ...second,
  ...rounding,
  ...policyScope,
  timeBounds,
  ...grammar,
  ...names,
  ...corners,
  ...order,
  ...hostile,
  ...report,
  ...place,
  ...chain,
  word,
  issueEnvelope,
  issueReactions,
  issueReceipt,
  issueBundle,
  ...issueOrder,
  pattern,
  calendar,
  ...edges,
  ...rules,
  ...signatures,
  ...wholeFiles,
  ...texts,
  ...byteEnds,
  oneSided,
  ...stops,
];
