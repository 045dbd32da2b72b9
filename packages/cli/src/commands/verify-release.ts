import { escapeTerminal, formatTable, printJson, printLines, stdoutColors } from "@settld/output";
import { canonicalize } from "@settld/protocol";
import { Command, Option } from "commander";
import { EXIT, inputError } from "../exit.ts";
import { readInput } from "../io/read.ts";
import { checkRelease, type ReleaseReport } from "../release/check-release.ts";
import { loadSigstore } from "../release/load-sigstore.ts";
import { readTrustedRoot } from "../release/signature.ts";

type Options = {
  readonly trustedRoot?: string;
  readonly identity?: string;
  readonly issuer?: string;
  readonly tag?: string;
  readonly lockfile?: string;
  readonly json?: true;
  readonly format: "human" | "json";
};

/** `settld verify-release DIR`: who made a release, and whether it is as it was made; offline. */
export function verifyReleaseCommand(): Command {
  return new Command("verify-release")
    .description(
      "Checks a release of Settld offline: its signature, certificate and log entry, that the files are exactly the " +
        "signed ones, and that packages, bills of materials and versions fit together.",
    )
    .argument("<folder>", "the release: tarballs, bills of materials, release.sigstore.json, SHA256SUMS")
    .requiredOption("--trusted-root <file>", "Sigstore's trusted_root.json; nothing is fetched")
    .option("--identity <uri>", "who must have signed: the workflow, as its certificate names it")
    .option("--issuer <url>", "who must have vouched for that identity")
    .option("--tag <tag>", "the release that it must be, such as v1.2.3")
    .option("--lockfile <file>", "a package-lock.json: what it installed must be what was signed")
    .addOption(new Option("--format <format>", "output").choices(["human", "json"]).default("human"))
    .option("--json", "the same as --format json")
    .addHelpText("after", HELP)
    .action(run);
}

const HELP = `
Exit codes:
  0  the release is authentic and whole
  1  it is rejected
  2  wrong usage, a trusted root that is none, or a folder that could not be read
  3  everything holds, but --identity or --issuer was not given: anyone may get a certificate

--format json prints one line of canonical JSON.

Example:
  settld verify-release settld-v1.2.3 --trusted-root trusted_root.json --tag v1.2.3 \\
    --identity https://github.com/OWNER/REPO/.github/workflows/release.yml@refs/tags/v1.2.3 \\
    --issuer https://token.actions.githubusercontent.com --lockfile package-lock.json`;

async function run(folder: string, options: Options): Promise<void> {
  const { trustedRoot, identity, issuer, tag, lockfile } = options;
  if (trustedRoot === undefined) throw inputError("CLI_USAGE", "expected --trusted-root, found none");
  const sigstore = await loadSigstore();
  const trust = readTrustedRoot(await readInput(trustedRoot, "--trusted-root"), trustedRoot, sigstore);
  const report = await checkRelease(
    folder,
    {
      trust,
      ...(identity === undefined ? {} : { identity }),
      ...(issuer === undefined ? {} : { issuer }),
      ...(tag === undefined ? {} : { tag }),
      ...(lockfile === undefined
        ? {}
        : { lockfile: { path: lockfile, bytes: await readInput(lockfile, "--lockfile") } }),
    },
    sigstore,
  );
  const verdict = verdictOf(report);
  if (options.json === true || options.format === "json")
    await printJson(canonicalize(jsonOf(folder, report, verdict)));
  else await printLines(linesOf(folder, report, verdict));
  process.exitCode = EXIT[verdict];
}

type Verdict = "accept" | "reject" | "indeterminate";

function verdictOf({ findings }: ReleaseReport): Verdict {
  if (findings.length === 0) return "accept";
  return findings.every(({ code }) => code === "REL_IDENTITY_OPEN") ? "indeterminate" : "reject";
}

function jsonOf(
  folder: string,
  { findings, signed, statement, packages, files }: ReleaseReport,
  verdict: Verdict,
): Parameters<typeof canonicalize>[0] {
  return {
    folder,
    verdict,
    code: findings[0]?.code ?? null,
    findings: findings.map(({ code, file, message }) => ({ code, file, message })),
    files,
    signer:
      signed === null
        ? null
        : {
            identity: signed.identity,
            issuer: signed.issuer,
            loggedAt: signed.loggedAt,
            logIndex: signed.logIndex,
          },
    release:
      statement === null
        ? null
        : {
            tag: statement.tag,
            builder: statement.builder,
            sources: statement.sources.map(({ uri, digests }) => ({ uri, digests: [...digests] })),
          },
    packages: packages.map(({ name, version, sha512 }) => ({ name, version, sha512 })),
  };
}

function linesOf(
  folder: string,
  { findings, signed, statement, packages, files }: ReleaseReport,
  verdict: Verdict,
): string[] {
  const { bold, green, red, yellow } = stdoutColors();
  const paint = { accept: green, reject: red, indeterminate: yellow }[verdict];
  const rows: string[][] = [];
  if (statement !== null) rows.push(["release", statement.tag]);
  if (signed !== null) {
    rows.push(["signed by", signed.identity], ["vouched by", signed.issuer]);
    const at = signed.loggedAt === null ? "" : `, ${new Date(signed.loggedAt * 1000).toISOString()}`;
    rows.push(["logged", `entry ${signed.logIndex}${at}`]);
  }
  if (statement !== null) {
    rows.push(["built by", statement.builder]);
    for (const { uri, digests } of statement.sources) rows.push(["from", [uri, ...digests].join("  ")]);
  }
  rows.push(["files", `${files}`]);
  return [
    `${paint(verdict.padEnd(13))}  ${escapeTerminal(folder)}`,
    ...findings.map(
      ({ code, file, message }) =>
        `  ${bold(code)}: ${file === null ? "" : `${escapeTerminal(file)}: `}${escapeTerminal(message)}`,
    ),
    ...formatTable(rows, { indent: 2 }),
    ...(verdict === "reject"
      ? []
      : formatTable(
          packages.map(({ name, version }) => ["package", name, version]),
          { indent: 2 },
        )),
  ];
}
