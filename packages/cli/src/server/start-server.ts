import { isSettldError, type Signer } from "@settld/protocol";
import type { KeyRing, RetentionRule, Server, ServerOptions, Store } from "@settld/server";
import { inputError } from "../exit.ts";
import { checkStoreFolder } from "./folder-access.ts";
import { type Identity, identityFor, readIdentity, writeIdentity } from "./identity.ts";
import { type KeySource, makeKey, openKey } from "./key-source.ts";
import { loadPostgres, type ServerPackage } from "./load-server.ts";
import type { ServerLog } from "./request-log.ts";
import type { StorePlace } from "./store-place.ts";

/** Where the keys of a start come from; a registry elsewhere is known by its public key. */
export type KeysAsked = {
  readonly settler: KeySource;
  /** Keys that the settler had before; none of them is the folder's. */
  readonly oldSettlers: readonly KeySource[];
  readonly registry: KeySource | { readonly root: Uint8Array };
  /** With which evidence is sealed, if it is. */
  readonly evidenceKeys: KeyRing | undefined;
};

/** What a start is about, apart from keys. */
export type StartOptions = {
  readonly place: StorePlace;
  readonly settlerId?: string;
  readonly registryId?: string;
  readonly rotateKeys?: true;
  /** What evidence is purged every day, if any. */
  readonly retention?: RetentionRule;
  /** How often a tenant may ask. */
  readonly requestsPerSecond: number;
  /** For development: posts webhooks also by http, and to this machine. */
  readonly webhooksToLoopback?: true;
  /** Books withdrawals and pays nothing out. */
  readonly holdPayouts?: true;
};

/** A server that runs and does not listen yet. */
export type Started = {
  readonly running: Server;
  readonly identity: Identity;
  /** Files of keys in the folder that this start is the first to use: it made them, or one that failed did. */
  readonly made: readonly string[];
};

/**
 * Opens a store, one in a folder for this process alone, with the keys that it is served with, and starts its server. Keys that were
 * handed over are read before anything is made; keys of the folder are made only for a store that nobody served yet,
 * because a lost key must not be replaced without a word.
 *
 * @throws SettldError for exit code 2.
 */
export async function startServer(
  server: ServerPackage,
  options: StartOptions,
  { settler, oldSettlers, registry, evidenceKeys }: KeysAsked,
  log: ServerLog,
): Promise<Started> {
  if (options.place.in === "database") assertHanded([settler, registry]);
  const handed = {
    settler: await openHanded("settler", settler, log),
    oldSettlers: await Promise.all(oldSettlers.map((source) => openKey("settler", source, log.onError))),
    registry: "root" in registry ? undefined : await openHanded("registry", registry, log),
  };
  try {
    const store = await openStore(server, options.place, evidenceKeys);
    try {
      // Of processes that start together on a new database, one says under whom it is served, and the others agree.
      return await store.exclusively("identity", async () => {
        const before = await readIdentity(store);
        const made = before === undefined ? await makeMissing([settler, registry]) : [];
        const settlerSigner = handed.settler ?? (await openKey("settler", settler, log.onError, before?.settlerKey));
        const registryPart =
          "root" in registry
            ? { publicKey: registry.root }
            : { signer: handed.registry ?? (await openKey("registry", registry, log.onError, before?.registryKey)) };
        const identity = identityFor(before, {
          settlerId: options.settlerId,
          registryId: options.registryId,
          settler: settlerSigner,
          registry: "signer" in registryPart ? registryPart.signer.publicKey : registryPart.publicKey,
          rotate: options.rotateKeys === true,
        });
        const running = await server.createServer({
          store,
          settler: { id: identity.settler, signer: settlerSigner, oldSigners: handed.oldSettlers },
          registry: registryOf(identity, registryPart),
          ...(options.retention === undefined ? {} : { retention: options.retention }),
          limits: { requestsPerSecond: options.requestsPerSecond, requestsBurst: 2 * options.requestsPerSecond },
          holdPayouts: options.holdPayouts === true,
          webhooks: { allowLoopback: options.webhooksToLoopback === true },
          onRequest: log.onRequest,
          onError: log.onError,
        });
        await writeIdentity(store, identity);
        return { running, identity, made };
      });
    } catch (error) {
      await (store satisfies Store).close();
      throw error;
    }
  } catch (error) {
    // Whatever stands in the way of a start is the operator's to put right.
    throw isSettldError(error) ? inputError(error.code, error.message, error) : error;
  }
}

async function openStore(
  { openSqliteStore }: ServerPackage,
  place: StorePlace,
  evidenceKeys: KeyRing | undefined,
): Promise<Store> {
  if (place.in === "database") return (await loadPostgres()).openPostgresStore({ url: place.url, evidenceKeys });
  await checkStoreFolder(place.dir);
  return openSqliteStore({ folder: place.dir, mode: "serve", evidenceKeys });
}

// A key beside a database that several machines serve would be on one of them only.
function assertHanded([settler, registry]: readonly [KeySource, KeySource | { readonly root: Uint8Array }]): void {
  for (const [role, source] of [["settler", settler] as const, ["registry", registry] as const]) {
    if ("root" in source || source.from !== "folder") continue;
    throw inputError(
      "CLI_KEY",
      `--database: expected the ${role}'s key in SETTLD_${role.toUpperCase()}_KEY, --${role}-key or --${role}-signer, found none`,
    );
  }
}

function registryOf(
  { registry }: Identity,
  part: { readonly signer: Signer } | { readonly publicKey: Uint8Array },
): ServerOptions["registry"] {
  return "signer" in part ? { id: registry, signer: part.signer } : part;
}

async function openHanded(
  role: "settler" | "registry",
  source: KeySource,
  { onError }: ServerLog,
): Promise<Signer | undefined> {
  return source.from === "folder" ? undefined : openKey(role, source, onError);
}

async function makeMissing(sources: readonly (KeySource | { readonly root: Uint8Array })[]): Promise<string[]> {
  const made: string[] = [];
  for (const source of sources) {
    if (!("from" in source && source.from === "folder")) continue;
    await makeKey(source.path);
    // Also one that was there: the start that made it failed, and told nobody that it needs a copy.
    made.push(source.path);
  }
  return made;
}
