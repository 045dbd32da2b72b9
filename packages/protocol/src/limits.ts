/**
 * Every limit of the protocol, in one place (spec, area LIMIT). Changing one changes the contract.
 *
 * Units stand last in each name. A value equal to its limit is allowed.
 */
export const LIMITS: {
  readonly jsonDepth: 64;
  readonly payloadBytes: 1_048_576;
  readonly lineBytes: 12_582_912;
  readonly events: 1024;
  readonly logBytes: 33_554_432;
  readonly trustDocuments: 16;
  readonly resultBytes: 16_384;
  readonly evidenceBytes: 8_388_608;
} = {
  /** Nested arrays and objects, JSON-9. */
  jsonDepth: 64,
  /** Decoded payload of an envelope, LIMIT-1. */
  payloadBytes: 1_048_576,
  /** One line of a bundle without its line feed: 8 MiB of evidence in base64, and room, LIMIT-2. */
  lineBytes: 12_582_912,
  /** Event lines in a bundle, LIMIT-3: 16 attempts with 62 events each, eight others, rounded up. */
  events: 1024,
  /** Sum of all event payloads of a bundle, LIMIT-4. */
  logBytes: 33_554_432,
  /** Embedded trust documents, LIMIT-5. */
  trustDocuments: 16,
  /** Canonical form of a checker's result, LIMIT-6. */
  resultBytes: 16_384,
  /** Decoded inline evidence item, LIMIT-7. */
  evidenceBytes: 8_388_608,
};

/** DSSE payload types (DSSE-2). */
export const PAYLOAD_TYPES: {
  readonly event: "application/vnd.settld.event+json";
  readonly trust: "application/vnd.settld.trust+json";
  readonly receipt: "application/vnd.in-toto+json";
  readonly account: "application/vnd.settld.account+json";
  readonly tombstone: "application/vnd.settld.tombstone+json";
} = {
  event: "application/vnd.settld.event+json",
  trust: "application/vnd.settld.trust+json",
  receipt: "application/vnd.in-toto+json",
  account: "application/vnd.settld.account+json",
  tombstone: "application/vnd.settld.tombstone+json",
};
