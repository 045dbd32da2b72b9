/**
 * `node release.ts COMMAND`: the steps of a release, for the workflow and for the dry run.
 *
 *   plan       is there something to release?
 *   pack       build once, and pack into out/release/files
 *   sbom       bills of materials of the tarballs
 *   sign       provenance, signed with the identity of the job; SHA256SUMS
 *   verify     settld verify-release in a process of its own
 *   conform    the conformance kit against the reference, from the tarballs
 *   collect NAME   evidence for a gate: determinism, ledger, contract, rollback, versions, advisories, issues, golden
 *   gate       judges all evidence: a table, or --json; --not-run NAME leaves one out, which no workflow may do
 *   publish    npm publish of the signed tarballs, and the registry's copies compared; --rehearsal without provenance
 *   smoke      installs from the registry into an empty folder, and uses it
 *   dry        all of it here, against a local registry and a stand-in for Sigstore
 *   issues     asks GitHub for its issues, and collects them as evidence (needs gh)
 *   python     adds the wheel and the source archive of the Python verifier to the release folder
 *   python-select  copies these two out of --from, for the action that publishes them
 *   trusted-root   writes the trusted root of the public Sigstore to out/release
 *   image      builds and pushes the container image, and signs a statement about it (needs docker)
 *   github     makes the tag and the release at GitHub (needs gh)
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { breakCiCommands, formatTable } from "@settld/output";
import { readContext } from "./context.ts";
import { dryRun } from "./dry/dry.ts";
import type { Evidence } from "./gate/evidence.ts";
import { type GateResult, gateNames } from "./gate/gates.ts";
import { ProgramError, root, run, UNREACHABLE } from "./run.ts";
import {
  collectStep,
  conformStep,
  type Expectation,
  gateStep,
  packStep,
  planStep,
  publishStep,
  sbomStep,
  signStep,
  smokeStep,
  verifyStep,
} from "./steps.ts";
import { githubStep, imageStep, pythonSelectStep, pythonStep, trustedRootStep } from "./steps-ci.ts";
import { distTag } from "./workspace.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    "trusted-root": { type: "string" },
    identity: { type: "string" },
    issuer: { type: "string" },
    issues: { type: "string" },
    audit: { type: "string" },
    "dist-tag": { type: "string" },
    from: { type: "string" },
    registry: { type: "string", default: "https://registry.npmjs.org/" },
    npmrc: { type: "string" },
    rehearsal: { type: "boolean" },
    "not-run": { type: "string", multiple: true, default: [] },
    without: { type: "string", multiple: true, default: [] },
    json: { type: "boolean" },
  },
});

/** Who must have signed: by default the workflow that runs this, vouched for by GitHub, under the public Sigstore. */
const expectation = (): Expectation => {
  const { GITHUB_SERVER_URL, GITHUB_WORKFLOW_REF } = process.env;
  const workflow = GITHUB_WORKFLOW_REF === undefined ? undefined : `${GITHUB_SERVER_URL}/${GITHUB_WORKFLOW_REF}`;
  const identity = values.identity ?? workflow;
  if (identity === undefined) throw new ProgramError("expected --identity outside CI, found none");
  return {
    trustedRoot: values["trusted-root"] ?? join(root, "out/release/trusted_root.json"),
    identity,
    issuer: values.issuer ?? "https://token.actions.githubusercontent.com",
  };
};

/** Prints what the gates say, and whether they let the release through. */
const showGates = (results: readonly GateResult[], json: boolean): boolean => {
  const left = values["not-run"].filter((name) => results.some(({ gate }) => gate === name));
  if (json) {
    console.log(JSON.stringify(results, null, 2));
  } else {
    const status = ({ gate, ok }: GateResult): string => (left.includes(gate) ? "not run" : ok ? "ok" : "RED");
    const rows = results.map((result) => [
      result.gate,
      status(result),
      left.includes(result.gate) ? "" : result.reasons.join("; "),
    ]);
    console.log(formatTable(rows).map(breakCiCommands).join("\n"));
  }
  const red = results.filter(({ gate, ok }) => !ok && !left.includes(gate));
  if (!json)
    console.log(`gate: ${results.length - red.length - left.length} ok, ${red.length} red, ${left.length} not run`);
  return red.length === 0;
};

/** npm's settings for publishing and installing: the machine's, or those of a registry that is only rehearsed with. */
const npmEnv = (registry: string): Readonly<Record<string, string>> => ({
  npm_config_registry: registry,
  ...(values.npmrc === undefined
    ? {}
    : { npm_config_userconfig: values.npmrc, npm_config_cache: join(dirname(values.npmrc), "npm-cache") }),
});

/** Writes the snapshot of the tracker. */
const takeIssues = async (folder: string): Promise<string> => {
  const fields = "number,title,state,labels,milestone,createdAt,closedAt,url";
  const { stdout } = await run(["gh", "issue", "list", "--state", "all", "--limit", "10000", "--json", fields]);
  const takenAt = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  const repository = process.env["GITHUB_REPOSITORY"] ?? "local/settld";
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "issues.json");
  writeFileSync(path, `${JSON.stringify({ takenAt, repository, issues: JSON.parse(stdout) }, null, 2)}\n`);
  return path;
};

const main = async (): Promise<number> => {
  const [command = "", name = ""] = positionals;
  if (command === "dry") return dryRun(values.without);
  const context = await readContext(root);
  const say = (text: string): number => {
    console.log(`${command}: ${breakCiCommands(text)}`);
    return 0;
  };
  const registry = values.registry.endsWith("/") ? values.registry : `${values.registry}/`;
  switch (command) {
    case "plan":
      return say(await planStep(context));
    case "pack":
      return say(await packStep(context));
    case "sbom":
      return say(await sbomStep(context));
    case "sign":
      return say(await signStep(context));
    case "verify":
      return say(await verifyStep(context, expectation()));
    case "conform":
      return say(await conformStep(context));
    case "collect":
      if (!gateNames.some((gate) => gate === name)) {
        throw new ProgramError(`no evidence ${name}; there are ${gateNames.join(", ")}`);
      }
      return say(
        `${name}: ${await collectStep(context, name as keyof Evidence, {
          ...(values.issues === undefined ? {} : { issues: values.issues }),
          ...(values.audit === undefined ? {} : { audit: values.audit }),
        })}`,
      );
    case "gate": {
      const results = gateStep(context);
      return showGates(results, values.json === true) ? 0 : 1;
    }
    case "publish": {
      // Only CI has an identity that npm takes a provenance from.
      const provenance = values.rehearsal === true ? [] : ["--provenance"];
      return say(
        await publishStep(context, registry, npmEnv(registry), [
          ...provenance,
          "--tag",
          values["dist-tag"] ?? distTag(context.tree),
        ]),
      );
    }
    case "smoke":
      return say(await smokeStep(context, { env: npmEnv(registry) }, expectation()));
    case "issues":
      await takeIssues(join(context.tree, "out/release"));
      return say(
        `issues: ${await collectStep(context, "issues", { issues: join(context.tree, "out/release/issues.json") })}`,
      );
    case "trusted-root":
      return say(trustedRootStep(context));
    case "python":
      return say(pythonStep(context));
    case "python-select":
      return say(pythonSelectStep(context, values.from ?? context.files));
    case "image":
      return say(await imageStep(context));
    case "github":
      return say(await githubStep(context));
    default:
      console.error(`release: no command ${command}; they are listed at the top of packages/release/src/release.ts`);
      return 2;
  }
};

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof ProgramError)) throw error;
  console.error(breakCiCommands(`release: ${error.message}`));
  process.exitCode = error.code === UNREACHABLE ? UNREACHABLE : 1;
}
