import { parse } from "yaml";

type Permissions = string | Readonly<Record<string, string>>;

type Step = {
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, unknown>>;
};

type Job = {
  readonly permissions?: Permissions;
  readonly environment?: unknown;
  readonly "timeout-minutes"?: number;
  readonly uses?: string;
  readonly needs?: string | readonly string[];
  readonly steps?: readonly Step[];
};

type Workflow = {
  readonly on: unknown;
  readonly permissions?: Permissions;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
};

/** Actions that were looked at, by the commit that is trusted. Another commit is another program. */
export const PINS: Readonly<Record<string, string>> = {
  "actions/checkout": "8e8c483db84b4bee98b60c0593521ed34d9990e8",
  "actions/setup-node": "395ad3262231945c25e8478fd5baf05154b1d79f",
  "actions/upload-artifact": "330a01c490aca151604b8cf639adc76d48f6c5d4",
  "actions/download-artifact": "018cc2cf5baa6db3ef3c5f8a56943fffe632ef53",
  "github/codeql-action/init": "cdf488f595d80d6e07e03d4674febd5ab45fa938",
  "github/codeql-action/analyze": "cdf488f595d80d6e07e03d4674febd5ab45fa938",
  "aquasecurity/trivy-action": "ed142fd0673e97e23eac54620cfb913e5ce36c25",
  "pypa/gh-action-pypi-publish": "ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e",
};

/** Jobs that may hold what others may not, and what that is. */
const GRANTS: Readonly<Record<string, readonly string[]>> = {
  "security.yml/codeql": ["security-events: write"],
  "release.yml/sign": ["id-token: write"],
  "release.yml/publish-npm": ["id-token: write"],
  "release.yml/publish-pypi": ["id-token: write"],
  "release.yml/publish-image": ["id-token: write", "packages: write"],
  "release.yml/publish-github": ["contents: write"],
  "release.yml/pull-request": ["contents: write", "pull-requests: write"],
};

/**
 * Rules of ours about a workflow.
 *
 * @param scripts - names of the scripts of the root package.
 * @returns a sentence for every departure.
 */
export const checkPolicy = (file: string, text: string, scripts: ReadonlySet<string>): string[] => {
  const { permissions, concurrency, jobs } = parse(text) as Workflow;
  const faults: string[] = [];
  if (typeof permissions !== "object" || Object.keys(permissions).length > 0) {
    faults.push("expected `permissions: {}` at the top, so that a job has what it asks for and nothing else");
  }
  if (concurrency === undefined) faults.push("expected `concurrency`, found none");
  if (/\bsecrets\./.test(text))
    faults.push("expected no secret: identities are exchanged for tokens that end with the job");
  if (/pull_request_target|workflow_run/.test(text))
    faults.push("expected no trigger that runs strangers' code with rights");
  for (const [, name] of text.matchAll(/^\s*-?\s*uses:\s*(\S+)(?!\s*\S*\s*#\s*v\d)\s*$/gm)) {
    if (name !== undefined && !name.startsWith("./")) faults.push(`${name}: expected its version in a comment`);
  }
  for (const [name, job] of Object.entries(jobs)) {
    for (const fault of checkJob(`${file}/${name}`, job, scripts)) faults.push(`${name}: ${fault}`);
  }
  return faults.map((fault) => `${file}: ${fault}`);
};

const checkJob = (id: string, job: Job, scripts: ReadonlySet<string>): string[] => {
  const faults: string[] = [];
  const grants = GRANTS[id] ?? [];
  if (job.permissions === undefined || typeof job.permissions === "string") {
    faults.push("expected a list of permissions");
  } else {
    for (const [scope, level] of Object.entries(job.permissions)) {
      if (level !== "read" && !grants.includes(`${scope}: ${level}`)) faults.push(`may not have ${scope}: ${level}`);
    }
    if (job.permissions["id-token"] !== undefined && job.environment === undefined) {
      faults.push("has an identity, so it needs an environment that someone can guard");
    }
  }
  if (job["timeout-minutes"] === undefined) faults.push("expected timeout-minutes");
  if (job.uses !== undefined) faults.push("calls a workflow of somebody else");
  for (const step of job.steps ?? []) faults.push(...checkStep(step, scripts));
  return faults;
};

/** What a `run` may be: one call of a script that exists here. */
const COMMAND = /^npx -y pnpm@12 (?:--dir \S+ )?(\S+)(?: [\w./"$-]+)*$/;

const checkStep = ({ uses, run, with: inputs = {} }: Step, scripts: ReadonlySet<string>): string[] => {
  const faults: string[] = [];
  if (uses !== undefined && !uses.startsWith("./")) {
    const [name = "", commit = ""] = uses.split("@");
    if (PINS[name] === undefined) faults.push(`${name} was not looked at`);
    else if (PINS[name] !== commit) faults.push(`${name}: expected commit ${PINS[name]}, found ${commit}`);
    if (name === "actions/checkout" && inputs["persist-credentials"] !== false) {
      faults.push("actions/checkout: expected persist-credentials: false");
    }
  }
  if (run !== undefined) {
    if (run.includes("${{")) faults.push(`expected values in the environment, found an expression in: ${run}`);
    const command = run.trim();
    const script = COMMAND.exec(command)?.[1];
    if (command !== ".ci/run" && (script === undefined || !scripts.has(script))) {
      faults.push(`expected a script of package.json, found: ${command}`);
    }
    if (/--not-run|--rehearsal|--without/.test(command)) faults.push(`leaves something out: ${command}`);
  }
  return faults;
};
