export { BUNDLE_FILE, type BuildFacts, provenanceOf, SUMS_FILE, sumsOf } from "../sign/provenance.ts";
export { signStatement } from "../sign/sign.ts";
export { type StandIn, type StandInOptions, startStandIn } from "../sign/stand-in.ts";
export { type SampleOptions, sampleRelease } from "./sample-release.ts";
export { tarballOf } from "./tarball.ts";
