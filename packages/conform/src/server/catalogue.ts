import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { canonicalBytes, type JsonValue, REVISION } from "@settld/protocol";
import type { Catalogue } from "../catalogue.ts";
import type { RequirementSet } from "../requirements.ts";
import type { Vector } from "../vectors.ts";
import { isBuilt } from "../version.ts";
import { type Scenario, type ScenarioGroup, vectorOf } from "./scenario.ts";
import { access } from "./scenarios/access.ts";
import { admission } from "./scenarios/admission.ts";
import { answers } from "./scenarios/answers.ts";
import { evidence } from "./scenarios/evidence.ts";
import { hooks } from "./scenarios/hooks.ts";
import { isolation } from "./scenarios/isolation.ts";
import { lifecycle } from "./scenarios/lifecycle.ts";
import { money } from "./scenarios/money.ts";
import { proof } from "./scenarios/proof.ts";
import { requests } from "./scenarios/requests.ts";
import { stream } from "./scenarios/stream.ts";
import { trust } from "./scenarios/trust.ts";

/** Every group of scenarios. */
export const GROUPS: readonly ScenarioGroup[] = [
  access,
  admission,
  answers,
  evidence,
  hooks,
  isolation,
  lifecycle,
  money,
  proof,
  requests,
  stream,
  trust,
];

/** The scenario of an id. */
export const scenarioOf = (id: string): Scenario | undefined =>
  GROUPS.flatMap(({ scenarios }) => scenarios).find((scenario) => scenario.id === id);

/** Every scenario as a vector, sorted by id. */
export const allScenarios = (): Vector[] =>
  GROUPS.flatMap(({ name, scenarios }) => scenarios.map((scenario) => vectorOf(name, scenario))).sort((a, b) =>
    a.id < b.id ? -1 : 1,
  );

// Beside the vectors, where the build copies them (tsup.config.ts).
const SET = fileURLToPath(
  new URL(
    `${isBuilt ? "./data/vectors" : "../../../../vectors"}/requirements/${REVISION}-server.json`,
    import.meta.url,
  ),
);

/** The requirement set of the profile `server`. */
export const serverRequirements = (): RequirementSet => JSON.parse(readFileSync(SET, "utf8")) as RequirementSet;

/**
 * Digest of everything that decides a judgement: SHA-256 of the canonical JSON of the list of scenarios, as
 * `list --profile server --json` prints them, and the requirement set. The steps of a scenario are those of the kit's
 * version, which the report names too.
 */
export const scenariosDigest = (): string => {
  const scenarios = allScenarios().map(({ id, op, clause, why, since, code }) => ({
    id,
    op,
    clause,
    why,
    since,
    code,
  }));
  const all = { scenarios, requirements: serverRequirements() } as unknown as JsonValue;
  return `sha256:${createHash("sha256").update(canonicalBytes(all)).digest("hex")}`;
};

/** The scenarios against a live server (CONF-18). */
export const scenarioCatalogue = (): Catalogue => ({
  all: allScenarios(),
  requirements: serverRequirements(),
  digest: scenariosDigest,
});
