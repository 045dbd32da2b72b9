import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isSystemError, makeFolder, reasonOf, stagingPath } from "@settld/output";
import {
  type Code,
  canonicalize,
  type Digest,
  formatInstant,
  type JsonValue,
  publicKeyFromJwk,
  REVISION,
  type Signer,
} from "@settld/protocol";
import type { ExportFile, Store } from "@settld/server";
import { verifyBundle } from "@settld/verifier";
import { inputError } from "../exit.ts";
import { openSource } from "../io/source.ts";
import { evidenceFolder } from "../verify/evidence-folder.ts";
import type { Identity } from "./identity.ts";
import type { ServerPackage } from "./load-server.ts";

/** What an export is made from. */
export type ExportWork = {
  readonly server: ServerPackage;
  readonly store: Store;
  readonly identity: Identity;
  /** The registry's, unless its documents are imported. */
  readonly signer: Signer | undefined;
  readonly out: string;
  /** Milliseconds since 1970. */
  readonly now: number;
};

/** Something in an export that does not verify. */
export type ExportFault = { readonly code: Code; readonly where: string; readonly message: string };

/** What was written, and what of it does not verify. */
export type Exported = {
  readonly agreements: number;
  readonly parties: number;
  readonly accountLogs: number;
  readonly files: number;
  readonly bytes: number;
  readonly faults: readonly ExportFault[];
};

type Listed = { readonly path: string; readonly size: number; readonly digest: Digest };

/**
 * Writes an export beside the place where it shall be, reads it back, verifies it, and only then gives it its name. An
 * export that does not verify is written as well, because somebody who has to leave needs it all the more.
 *
 * @throws SettldError `CLI_OUTPUT`; nothing is left under the name.
 */
export async function writeExport(work: ExportWork): Promise<Exported> {
  const { out } = work;
  await assertAbsent(out);
  const staged = stagingPath(out);
  try {
    const { report, listed, bundles } = await writeFiles(work, staged);
    await checkFiles(staged, listed);
    const faults = await checkBundles(staged, bundles, work.identity);
    const { findings } = await work.server.auditStore(work.store, { settler: work.identity.settler, now: work.now });
    faults.push(...findings.map(({ code, what, where, message }) => ({ code, where: `${what} ${where}`, message })));
    await assertAbsent(out);
    await rename(staged, out);
    const bytes = listed.reduce((sum, { size }) => sum + size, 0);
    return { ...report, files: listed.length, bytes, faults };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw inputError("CLI_OUTPUT", `--out: expected to write files, found ${reasonOf(error)}: ${out}`, error);
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
}

async function assertAbsent(out: string): Promise<void> {
  try {
    await lstat(out);
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT") return;
    throw error;
  }
  throw inputError("CLI_OUTPUT", `--out: expected no file or folder yet, found one: ${out}`);
}

type Written = {
  readonly report: Pick<Exported, "agreements" | "parties" | "accountLogs">;
  readonly listed: readonly Listed[];
  readonly bundles: readonly { readonly path: string; readonly closed: boolean }[];
};

async function writeFiles({ server, store, identity, signer, now }: ExportWork, staged: string): Promise<Written> {
  const listed: Listed[] = [];
  const bundles: { readonly path: string; readonly closed: boolean }[] = [];
  const write = async ({ path, chunks, agreement }: ExportFile): Promise<void> => {
    listed.push({ path, ...(await writeChunks(join(staged, path), chunks)) });
    if (agreement !== undefined) bundles.push({ path, closed: agreement.closed });
  };
  const text = (path: string, value: JsonValue): Promise<void> =>
    write({ path, chunks: once(`${canonicalize(value)}\n`) });
  // Also without a single agreement there is something to point `settld verify` at.
  for (const folder of ["agreements", "evidence"]) await makeFolder(join(staged, folder));
  const report = await server.exportStore(
    {
      store,
      settler: identity.settler,
      now,
      ...(signer === undefined ? {} : { registry: { id: identity.registry, signer } }),
    },
    write,
  );
  await text("registry-key.jwk", { kty: "OKP", crv: "Ed25519", x: identity.registryKey });
  await text("settler-key.jwk", { kty: "OKP", crv: "Ed25519", x: identity.settlerKey });
  const files = listed.map((file) => ({ ...file }));
  await text("export.json", { v: REVISION, at: formatInstant(now), ...identity, ...report, files });
  return { report, listed, bundles };
}

async function writeChunks(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ readonly size: number; readonly digest: Digest }> {
  await makeFolder(dirname(path));
  const hash = createHash("sha256");
  let size = 0;
  const file = await open(path, "wx");
  try {
    for await (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.length;
      // Waits until all of it is written, so that memory stays bounded.
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { size, digest: `sha256:${hash.digest("hex")}` };
}

async function* once(text: string): AsyncGenerator<Uint8Array, void, undefined> {
  yield new TextEncoder().encode(text);
}

/** A disk that gives back something else than it took is no place for an export. */
async function checkFiles(staged: string, listed: readonly Listed[]): Promise<void> {
  for (const { path, digest } of listed) {
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(join(staged, path))) hash.update(chunk);
    const found = `sha256:${hash.digest("hex")}`;
    if (found !== digest) {
      throw inputError("CLI_OUTPUT", `--out: expected to read back ${digest}, found ${found}: ${path}`);
    }
  }
}

async function checkBundles(
  staged: string,
  bundles: Written["bundles"],
  { registryKey }: Identity,
): Promise<ExportFault[]> {
  const faults: ExportFault[] = [];
  const root = publicKeyFromJwk({ kty: "OKP", crv: "Ed25519", x: registryKey });
  const evidence = evidenceFolder(join(staged, "evidence"));
  for (const { path, closed } of bundles) {
    const { verdict, code } = await verifyBundle(openSource(join(staged, path)), { root, evidence });
    const isFine = closed ? verdict === "accept" : verdict === "accept" || code === "BUNDLE_OPEN";
    if (isFine) continue;
    faults.push({
      code: code ?? "STORE_RECONCILIATION",
      where: path,
      message: `expected a bundle that verifies, found ${verdict}`,
    });
  }
  return faults;
}
