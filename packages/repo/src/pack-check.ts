/**
 * `pnpm pack:check` shows that a published tarball follows from the sources alone: every published package is built and
 * packed twice, in folders of other names and depths, at other times, in other time zones and languages, under other
 * umasks and with other file times, and the tarballs have to be the same bytes.
 *
 *   --fast           packs what is built here twice, without building it again
 *   --out DIR        leaves the tarballs of the first run in DIR, named as `npm pack` does
 *   --against DIR    compares with the tarballs in DIR instead of a second run
 */
import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { outputOf, pnpm, pnpmCommand } from "./pnpm.ts";
import { diffTarballs } from "./tar.ts";
import { root, type WorkspacePackage, workspacePackages } from "./workspace.ts";

const exec = promisify(execFile);

/** Circumstances of one run: everything that a build could notice and should not. */
type Circumstances = {
  readonly folder: string;
  readonly umask: string;
  readonly env: Readonly<Record<string, string>>;
  /** Modes and times of the sources. */
  readonly mode: number;
  readonly modified: Date;
  /** How far the clock of every Node process is off. */
  readonly clockDays: number;
};

const runs: readonly [Circumstances, Circumstances] = [
  {
    folder: "a",
    umask: "022",
    env: { TZ: "UTC", LC_ALL: "C", LANG: "C" },
    mode: 0o644,
    modified: new Date("2026-01-01T00:00:00Z"),
    clockDays: 0,
  },
  {
    folder: "somewhere/else/with-a-longer-name",
    umask: "077",
    env: { TZ: "Asia/Kathmandu", LC_ALL: "tr_TR.UTF-8", LANG: "tr_TR.UTF-8", SOURCE_DATE_EPOCH: "1700000000" },
    mode: 0o600,
    modified: new Date("2011-11-11T11:11:11Z"),
    clockDays: 400,
  },
];

/** A clock that is off, for every Node process of a run; real time goes on, so that nothing waits for ever. */
const otherClock = (days: number): string => `
const real = Date;
const off = ${days} * 86_400_000;
globalThis.Date = class extends real {
  constructor(...args) {
    if (args.length === 0) super(real.now() + off);
    else super(...args);
  }
  static now() {
    return real.now() + off;
  }
};
`;

/** Files of the repository: what git tracks or would, or without git everything but what is made. */
const sourcesOf = (base: string): string[] =>
  existsSync(join(base, ".git"))
    ? execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], {
        cwd: base,
        encoding: "utf8",
        maxBuffer: 2 ** 26,
      })
        .split("\0")
        .filter((path) => path !== "" && existsSync(join(base, path)))
    : globSync("**/*", { cwd: base, exclude: ["**/node_modules/**", "**/dist/**"] }).filter((path) =>
        lstatSync(join(base, path)).isFile(),
      );

/** What of the repository neither a build nor a pack reads, and what is large. */
const unread =
  /^(?:\.github|docs|out|contract|fixtures\/(?:golden|archive)|packages\/(?:verifier-python|bench|adequacy)\/(?!package\.json))/;

const copySources = (base: string, to: string, { mode, modified }: Circumstances, isBuilt: boolean): void => {
  const built = isBuilt ? globSync("packages/*/dist/**/*", { cwd: base }) : [];
  for (const path of [...sourcesOf(base), ...built]) {
    if (unread.test(path) || !lstatSync(join(base, path)).isFile()) continue;
    mkdirSync(dirname(join(to, path)), { recursive: true });
    copyFileSync(join(base, path), join(to, path));
    // Whoever may start a file says so with one bit; the other bits come from the umask of a checkout.
    const start = (lstatSync(join(base, path)).mode & 0o100) === 0 ? 0 : 0o111 & (mode >> 2);
    chmodSync(join(to, path), mode | start);
    utimesSync(join(to, path), modified, modified);
  }
};

/** Packages with a build, what they need first. */
export const buildOrder = (packages: readonly WorkspacePackage[]): WorkspacePackage[] => {
  const byName = new Map(packages.map((one) => [one.manifest.name, one]));
  const done = new Set<string>();
  const order: WorkspacePackage[] = [];
  const visit = (one: WorkspacePackage): void => {
    if (done.has(one.manifest.name)) return;
    done.add(one.manifest.name);
    const { dependencies, devDependencies, optionalDependencies } = one.manifest;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies }).sort()) {
      const needed = byName.get(name);
      if (needed !== undefined) visit(needed);
    }
    order.push(one);
  };
  for (const one of packages) visit(one);
  return order;
};

/** Copies, installs, builds and packs in one set of circumstances; tarballs by file name. */
const packIn = async (
  base: string,
  temp: string,
  circumstances: Circumstances,
  build: boolean,
): Promise<Map<string, Buffer>> => {
  const project = join(temp, circumstances.folder);
  copySources(base, project, circumstances, !build);
  if (existsSync(join(project, "pnpm-lock.yaml"))) {
    await pnpm(["install", "--frozen-lockfile", "--prefer-offline", "--ignore-scripts", "--reporter=silent"], project, {
      ...process.env,
      CI: "1",
    });
    // Their scripts put programs where the build looks for them, which are the same here.
    for (const path of globSync("node_modules/.pnpm/{esbuild,node}@*/node_modules/{esbuild,node}/bin/*", {
      cwd: base,
    })) {
      if (existsSync(join(project, dirname(path)))) cpSync(join(base, path), join(project, path), { force: true });
    }
  }
  const clock = join(temp, `clock-${circumstances.clockDays}.mjs`);
  writeFileSync(clock, otherClock(circumstances.clockDays));
  const run = async (dir: string, command: readonly string[]): Promise<void> => {
    await exec("sh", ["-c", `umask ${circumstances.umask}; exec "$@"`, "sh", ...command], {
      cwd: join(project, dir),
      maxBuffer: 2 ** 26,
      env: {
        ...process.env,
        ...circumstances.env,
        NODE_OPTIONS: `--import=${clock}`,
        PATH: [join(project, dir, "node_modules/.bin"), join(project, "node_modules/.bin"), process.env["PATH"]].join(
          delimiter,
        ),
      },
    });
  };
  const packages = workspacePackages(project);
  for (const { dir, manifest } of build ? buildOrder(packages) : []) {
    const script = (manifest as { readonly scripts?: Readonly<Record<string, string>> }).scripts?.["build"];
    if (script !== undefined) await run(dir, ["sh", "-c", script]);
  }
  const published = packages.filter(({ manifest }) => manifest.private !== true).map(({ manifest }) => manifest.name);
  const out = join(temp, `out-${circumstances.umask}`);
  const filters = published.flatMap((name) => ["--filter", name]);
  await run(".", [...pnpmCommand(), "--recursive", ...filters, "pack", "--pack-destination", out]);
  const tarballs = new Map(
    globSync("*.tgz", { cwd: out })
      .sort()
      .map((name) => [name, readFileSync(join(out, name))]),
  );
  rmSync(project, { recursive: true, force: true });
  return tarballs;
};

/** Packs everything twice, or once and compares with what a folder has. */
export const packTwice = async (
  base: string,
  { build, against }: { readonly build: boolean; readonly against?: string },
): Promise<{ readonly tarballs: ReadonlyMap<string, Buffer>; readonly problems: readonly string[] }> => {
  const temp = mkdtempSync(join(tmpdir(), "settld-pack-"));
  try {
    const tarballs = await packIn(base, temp, runs[0], build);
    const others =
      against === undefined
        ? await packIn(base, temp, runs[1], build)
        : new Map(globSync("*.tgz", { cwd: against }).map((name) => [name, readFileSync(join(against, name))]));
    const names = [...new Set([...tarballs.keys(), ...others.keys()])].sort();
    const problems = names.flatMap((name) => {
      const [one, other] = [tarballs.get(name), others.get(name)];
      if (one === undefined || other === undefined)
        return [`${name}: only in the ${one === undefined ? "second" : "first"}`];
      return diffTarballs(one, other).map((difference) => `${name}: ${difference}`);
    });
    return { tarballs, problems };
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
};

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: { fast: { type: "boolean" }, out: { type: "string" }, against: { type: "string" } },
  });
  if (values.fast === true && !existsSync(join(root, "packages/protocol/dist"))) {
    console.error("packages/protocol/dist is missing: run `pnpm build`, or pack:check without --fast");
    return 2;
  }
  try {
    const { tarballs, problems } = await packTwice(root, {
      build: values.fast !== true,
      ...(values.against === undefined ? {} : { against: values.against }),
    });
    for (const [name, bytes] of tarballs) {
      console.log(
        `${name.padEnd(32)} ${String(bytes.length).padStart(8)}  sha512-${createHash("sha512").update(bytes).digest("base64")}`,
      );
      if (values.out !== undefined) {
        mkdirSync(values.out, { recursive: true });
        writeFileSync(join(values.out, name), bytes);
      }
    }
    for (const problem of problems) console.error(problem);
    console.log(`${tarballs.size} tarballs, ${problems.length} differences`);
    return problems.length === 0 ? 0 : 1;
  } catch (error) {
    console.error(outputOf(error));
    return 1;
  }
};

if (import.meta.main) {
  process.exitCode = await main();
}
