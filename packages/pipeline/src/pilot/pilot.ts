/**
 * `pnpm pilot:pack`: runs the drill with the packages as they are packed, writes it up, and puts everything that a
 * review asks for into one archive that verifies itself.
 *
 *   --as-of DAY   also records how long the drill took on this machine, and the day
 *   --check       only runs the drill and compares docs/pilot-results.md
 *   --twice       makes the archive a second time and compares the bytes
 *   --files DIR   tarballs and bills of materials that are there already (default: makes them in out/release/files)
 *
 * Exit codes: 0 the drill went as it must and the archive verifies, 1 not, 2 a wrong option.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { unzipSync } from "fflate";
import { runCommand } from "../commands.ts";
import { parseDay } from "../day.ts";
import { digestOf, jsonText, readJson, root, staleFiles } from "../files.ts";
import { readFolder, sumsOf, zipOf } from "./archive.ts";
import { type Drill, drillFaults, runDrill } from "./drill.ts";
import { pilotPage, type Timings } from "./page.ts";
import { layOutTool } from "./tool.ts";

const PAGE = "docs/pilot-results.md";
const TIMINGS = "planning/pilot/timings.json";

/** Documents of the archive, by their path in the repository. */
const DOCUMENTS = [
  "SECURITY.md",
  "LICENSE",
  "docs/pilot/threat-model.md",
  "docs/pilot/data-flow.md",
  "docs/pilot/key-handling.md",
  "docs/pilot/slo.md",
  "docs/flow.svg",
  "docs/evidence.md",
  "docs/operations.md",
  "docs/playbooks/incident.md",
  "docs/playbooks/rollback.md",
  "docs/testing.md",
  "docs/pilot-results.md",
  "spec/README.md",
  "spec/release.md",
  "planning/kpi/kpi.md",
  "planning/kpi/radar.svg",
];

const README = `# Settld: pilot package

    node verify.mjs

checks all of it, with Node 20.19 or later and nothing else: that every file is the listed one, that every proof has the
verdict that is claimed, and that the ledger balances. It reads, and asks nobody. The last line has the digest of the
list; compare it with the one that you were given by another way, because whoever can change the files can change the
list as well.

| | |
| --- | --- |
| documents/docs/pilot-results.md | what was run, decided, paid and rejected |
| documents/docs/pilot | threat model, data flow, key handling, service levels |
| documents | security, operations, playbooks, test layers, key figures |
| sbom | CycloneDX 1.6 for each package |
| conformance | the kit's report on the reference, with every vector |
| proofs | bundles, receipts, trust document, ledger, and the page of the story |
| tool | the packages as they are packed, and what they need |

The parties are made up and the keys are known to everyone: this proves how it works, and nothing else. Links inside the
documents lead to the repository, so some of them lead nowhere here. Nothing of this has been published yet.
`;

const node = (args: readonly string[], cwd: string, accept: readonly number[] = [0]): string => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8", maxBuffer: 1 << 27 });
  if (status === null || !accept.includes(status))
    throw new Error(`${args.join(" ")}: ended with ${status}\n${stdout}${stderr}`);
  return stdout;
};

/** Puts everything but the documents into a folder: tool, drill, conformance report. */
const makeStage = (stage: string, files: string): Drill => {
  const listed = layOutTool(root, files, join(stage, "tool"));
  writeFileSync(join(stage, "tool/packages.txt"), `${listed.join("\n")}\n`);
  const drill = runDrill("tool/node_modules/settld/dist/bin.js", stage);
  const adapter = "cmd:node tool/node_modules/settld/dist/bin.js adapter";
  mkdirSync(join(stage, "conformance"));
  const reports = [
    "--report",
    "conformance/report.json",
    "--html",
    "conformance/report.html",
    "--summary",
    "conformance/summary.md",
  ];
  node(["tool/node_modules/settld-conform/dist/bin.js", "run", "--adapter", adapter, ...reports], stage);
  mkdirSync(join(stage, "sbom"));
  for (const name of readdirSync(files).filter((one) => one.endsWith(".cdx.json")))
    cpSync(join(files, name), join(stage, "sbom", name));
  cpSync(join(root, "packages/pipeline/data/pilot-verify.mjs"), join(stage, "verify.mjs"));
  writeFileSync(join(stage, "README.md"), README);
  const { seconds: _, ...results } = drill;
  writeFileSync(join(stage, "results.json"), jsonText(results));
  return drill;
};

/** Adds the documents and the list, and makes the archive. */
const close = (stage: string, name: string): Uint8Array => {
  for (const path of DOCUMENTS) {
    mkdirSync(dirname(join(stage, "documents", path)), { recursive: true });
    cpSync(join(root, path), join(stage, "documents", path));
  }
  rmSync(join(stage, "SHA256SUMS"), { force: true });
  writeFileSync(join(stage, "SHA256SUMS"), sumsOf(readFolder(stage)));
  return zipOf(name, readFolder(stage));
};

/** Plays the stranger: unpacks the archive into an empty folder and runs the one command. */
const asStranger = (archive: Uint8Array, name: string): string => {
  const place = mkdtempSync(join(tmpdir(), "settld-stranger-"));
  try {
    for (const [path, bytes] of Object.entries(unzipSync(archive))) {
      mkdirSync(dirname(join(place, path)), { recursive: true });
      writeFileSync(join(place, path), bytes);
    }
    return node(["verify.mjs"], join(place, name));
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
};

/** Tarballs and bills of materials of this tree, made by the steps of a release. */
const releaseFiles = async (): Promise<string> => {
  for (const step of ["pnpm release:pack", "pnpm release:sbom"]) {
    const { exit, output } = await runCommand(root, step, 20);
    if (exit !== 0) throw new Error(`${step}: ended with ${exit}\n${output.slice(-3000)}`);
    console.log(output.trim().split("\n").at(-1));
  }
  return join(root, "out/release/files");
};

const timingsOf = (): Timings =>
  existsSync(join(root, TIMINGS))
    ? readJson(join(root, TIMINGS))
    : { at: "never", machine: "none", story: 0, proofs: 0 };

const check = (): number => {
  const place = mkdtempSync(join(tmpdir(), "settld-pilot-"));
  try {
    const drill = runDrill(join(root, "packages/cli/dist/bin.js"), place);
    const faults = [
      ...drillFaults(drill),
      ...staleFiles(root, { [PAGE]: pilotPage(drill, timingsOf()) }, "pnpm pilot:pack"),
    ];
    for (const fault of faults) console.log(fault);
    console.log(`pilot: ${drill.proofs.length} proofs, ${drill.sequence.join(" -> ")}, ${faults.length} faults`);
    return faults.length === 0 ? 0 : 1;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
};

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      "as-of": { type: "string" },
      check: { type: "boolean" },
      twice: { type: "boolean" },
      files: { type: "string" },
    },
  });
  if (values.check === true) return check();
  const asOf = values["as-of"] === undefined ? undefined : parseDay(values["as-of"]);
  const files = values.files === undefined ? await releaseFiles() : resolve(values.files);
  const { version } = readJson<{ readonly version: string }>(join(root, "packages/cli/package.json"));
  const name = `settld-pilot-${version}`;
  const stage = join(root, "out/pilot", name);
  rmSync(join(root, "out/pilot"), { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  const drill = makeStage(stage, files);
  const faults = drillFaults(drill);
  if (asOf !== undefined) {
    const cpus = execFileSync("uname", ["-sm"], { encoding: "utf8" }).trim();
    const timings: Timings = {
      at: asOf,
      machine: `${availableParallelism()} cores, ${cpus}, Node ${process.versions.node}`,
      ...drill.seconds,
    };
    mkdirSync(dirname(join(root, TIMINGS)), { recursive: true });
    writeFileSync(join(root, TIMINGS), jsonText(timings));
  }
  writeFileSync(join(root, PAGE), pilotPage(drill, timingsOf()));
  const archive = close(stage, name);
  writeFileSync(join(root, "out/pilot", `${name}.zip`), archive);
  console.log(asStranger(archive, name).trim());
  if (values.twice === true) {
    const again = mkdtempSync(join(tmpdir(), "settld-pilot-"));
    try {
      makeStage(again, files);
      if (Buffer.compare(archive, close(again, name)) !== 0) {
        const [one, other] = [readFolder(stage), readFolder(again)];
        const differing = [...one].filter(
          ([path, bytes]) => Buffer.compare(bytes, other.get(path) ?? new Uint8Array()) !== 0,
        );
        faults.push(`made twice, it has other bytes: ${differing.map(([path]) => path).join(", ")}`);
      }
    } finally {
      rmSync(again, { recursive: true, force: true });
    }
  }
  for (const fault of faults) console.log(fault);
  console.log(`drill ran in ${(drill.seconds.story + drill.seconds.proofs).toFixed(1)} s`);
  console.log(
    `pilot: ${readFolder(stage).size} files, ${archive.length} bytes, ${digestOf(archive)}, ${faults.length} faults: out/pilot/${name}.zip`,
  );
  return faults.length === 0 ? 0 : 1;
};

if (import.meta.main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    console.error(`pilot: ${error.message}`);
    process.exitCode = 2;
  }
}
