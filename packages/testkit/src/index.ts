export { type Cast, IDS, type Player, seal, sealTrust, testCast, testSigner, trustOf } from "./cast.ts";
export { bytesOf, HOUR, itemOf, START, settledLog, TestLog, termsOf } from "./log.ts";
