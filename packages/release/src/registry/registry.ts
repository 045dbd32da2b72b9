/**
 * A registry on loopback that holds exactly the versions of the lockfile and what is published to it. It has no
 * uplink, so everything else does not exist there.
 */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { runServer } from "verdaccio";
import { run } from "../run.ts";
import type { Locked } from "../sbom/lockfile.ts";
import { readManifest } from "./manifest.ts";

/** A running registry. */
export type Registry = {
  readonly url: string;
  /** Environment for npm that makes it use this registry and nothing of the machine's: neither cache nor settings. */
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
};

const sri = (bytes: Uint8Array): string => `sha512-${createHash("sha512").update(bytes).digest("base64")}`;

/**
 * Fetches tarballs of the lockfile with npm, from the registry or its cache, and compares each with the integrity that
 * the lockfile has for it.
 *
 * @returns paths by `NAME@VERSION`.
 */
export const fetchLocked = async (locked: readonly Locked[], folder: string): Promise<Map<string, string>> => {
  mkdirSync(folder, { recursive: true });
  const tarballs = new Map<string, string>();
  if (locked.length === 0) return tarballs;
  const specs = locked.map(({ name, version }) => `${name}@${version}`);
  const { stdout } = await run(
    ["npm", "pack", "--json", "--prefer-offline", "--ignore-scripts", "--pack-destination", folder, ...specs],
    { cwd: folder },
  );
  const packed = JSON.parse(stdout) as readonly { readonly id: string; readonly filename: string }[];
  for (const { name, version, integrity } of locked) {
    const id = `${name}@${version}`;
    const file = packed.find((one) => one.id === id)?.filename;
    const path = join(folder, file === undefined ? "" : basename(file.replace("@", "").replace("/", "-")));
    if (file === undefined || !existsSync(path)) throw new Error(`${id}: npm fetched no tarball`);
    const found = sri(readFileSync(path));
    if (found !== integrity) throw new Error(`${id}: expected ${integrity} of pnpm-lock.yaml, found ${found}`);
    tarballs.set(id, path);
  }
  return tarballs;
};

/** Writes the packages into the storage of a registry, as if they had been published. */
const fill = (storage: string, tarballs: ReadonlyMap<string, string>): void => {
  const versions = new Map<string, Record<string, unknown>>();
  const attachments = new Map<string, Record<string, unknown>>();
  for (const path of tarballs.values()) {
    const bytes = readFileSync(path);
    const manifest = readManifest(bytes);
    const { name, version } = manifest;
    const file = `${name.replace(/^.*\//, "")}-${version}.tgz`;
    const shasum = createHash("sha1").update(bytes).digest("hex");
    const dist = { integrity: sri(bytes), shasum, tarball: `http://localhost/${name}/-/${file}` };
    versions.set(name, { ...versions.get(name), [version]: { ...manifest, _id: `${name}@${version}`, dist } });
    attachments.set(name, { ...attachments.get(name), [file]: { shasum, version } });
    mkdirSync(join(storage, name), { recursive: true });
    copyFileSync(path, join(storage, name, file));
  }
  for (const [name, all] of versions) {
    const latest = Object.keys(all).at(-1);
    const document = {
      _id: name,
      name,
      _rev: "1-0",
      "dist-tags": { latest },
      versions: all,
      time: {},
      users: {},
      readme: "",
      _uplinks: {},
      _distfiles: {},
      _attachments: attachments.get(name),
    };
    writeFileSync(join(storage, name, "package.json"), JSON.stringify(document));
  }
};

/** Starts a registry on a free port of loopback over a new folder, with packages in it. */
export const startRegistry = async (folder: string, tarballs: ReadonlyMap<string, string>): Promise<Registry> => {
  const storage = join(folder, "storage");
  mkdirSync(storage, { recursive: true });
  fill(storage, tarballs);
  const config = {
    storage,
    self_path: join(folder, "config.yaml"),
    uplinks: {},
    packages: { "**": { access: "$all", publish: "$all", unpublish: "$all" } },
    auth: { htpasswd: { file: join(folder, "htpasswd"), max_users: -1 } },
    log: { type: "file", path: join(folder, "registry.log"), level: "warn" },
    web: { enable: false },
    max_body_size: "64mb",
    security: { api: { legacy: true } },
  };
  // Its types want a whole configuration; it reads what is there.
  const server = (await runServer(config as never)) as Server;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const npmrc = join(folder, "npmrc");
  // npm sends nothing without a token; this registry asks for none.
  writeFileSync(npmrc, `//127.0.0.1:${port}/:_authToken=none\n`);
  return {
    url: `http://127.0.0.1:${port}/`,
    env: {
      npm_config_registry: `http://127.0.0.1:${port}/`,
      npm_config_userconfig: npmrc,
      npm_config_globalconfig: join(folder, "no-npmrc"),
      npm_config_cache: join(folder, "npm-cache"),
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
