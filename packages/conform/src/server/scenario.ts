import { REVISION } from "@settld/protocol";
import type { Vector } from "../vectors.ts";
import type { Reply } from "./api.ts";
import type { Notes } from "./scene.ts";
import type { World } from "./world.ts";

/** What a scenario needs besides the players. */
export type Need = "operator" | "webhooks";

/** One black-box scenario against a live server (CONF-18). */
export type Scenario = {
  /** Immutable, kebab-case, unique among scenarios and vectors. */
  readonly id: string;
  /** The clause that decides. */
  readonly clause: string;
  /** Why it matters, in a sentence. */
  readonly why: string;
  /** The revision that brought it. Default: the kit's. */
  readonly since?: string;
  /** The code with which the deciding request has to be refused; without it all goes well. */
  readonly code?: string;
  readonly needs?: readonly Need[];
  /** Runs after all others, alone: it looks at what they left, or is in their way. */
  readonly last?: true;
  /** Plays it. Returns the deciding answer, when it expects a refusal. */
  readonly run: (world: World, notes: Notes) => Promise<Reply | undefined>;
};

/** Scenarios of one group; its op is `server.` and the name. */
export type ScenarioGroup = { readonly name: string; readonly scenarios: readonly Scenario[] };

/** A scenario as everything that shows vectors takes it. */
export const vectorOf = (group: string, { id, clause, why, since = REVISION, code }: Scenario): Vector => ({
  id,
  path: `server/${group}`,
  op: `server.${group}`,
  clause,
  why,
  since,
  fault: null,
  verdict: code === undefined ? "accept" : "reject",
  code: code ?? null,
  facts: { differences: [] },
  input: {},
});
