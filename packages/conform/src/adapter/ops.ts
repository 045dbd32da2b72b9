/** The ops of the adapter protocol, in the order of the specification; each is a feature of the same name (CONF-2). */
export const OPS: readonly string[] = [
  "json.parse",
  "pointer.resolve",
  "jcs.canonicalize",
  "digest",
  "digest.parse",
  "money.parse",
  "key.parse",
  "ed25519.verify",
  "dsse.verify",
  "trust.evaluate",
  "policy.evaluate",
  "log.reduce",
  "ledger.replay",
  "bundle.verify",
  "bundle.compare",
  "issue",
];
