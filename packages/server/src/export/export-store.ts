import {
  canonicalize,
  concatBytes,
  type Digest,
  formatInstant,
  type JsonValue,
  LIMITS,
  type Signer,
  utf8,
} from "@settld/protocol";
import { pages } from "../audit/pages.ts";
import { partyView } from "../http/views/registry.ts";
import { AgreementLog } from "../settler/agreement-log.ts";
import { writeBundle } from "../settler/bundle.ts";
import { TrustBook } from "../settler/trust-book.ts";
import { accountName } from "../store/account-name.ts";
import type { Store, StoreReads } from "../store/store.ts";

/** What {@link exportStore} needs. */
export type ExportOptions = {
  readonly store: Store;
  /** Party id of the settler, whose key stands in every trust document. */
  readonly settler: string;
  /** The registry with its key; without it, the document that was imported last is the one that goes out. */
  readonly registry?: { readonly id: string; readonly signer: Signer };
  /** Milliseconds since 1970, for trust documents that are signed now. */
  readonly now: number;
};

/** One file of an export. */
export type ExportFile = {
  /** With forward slashes, relative to the export. Made of digests and fixed words alone. */
  readonly path: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The agreement whose bundle it is, and whether it is closed. */
  readonly agreement?: { readonly id: Digest; readonly closed: boolean };
};

/** Everything that somebody needs who leaves a server, or audits it: of one instant, and readable without a server. */
export async function exportStore(
  options: ExportOptions,
  write: (file: ExportFile) => Promise<void>,
): Promise<{ readonly agreements: number; readonly parties: number; readonly accountLogs: number }> {
  return options.store.snapshot(async (view) => {
    // Evidence is kept by its digest and never changes, so that it is read beside the snapshot.
    const store: Store = { ...options.store, ...view };
    const agreements = await writeAgreements(store, options, write);
    let parties = 0;
    const ids: string[] = [];
    await write({
      path: "parties.jsonl",
      chunks: lines(allParties(view), (party) => {
        parties += 1;
        ids.push(party.id);
        return partyView(party);
      }),
    });
    const trust = await trustOf(store, options).signed(ids);
    // A bundle has the document of its own parties. One of all parties goes out as long as it can be one.
    if (trust !== undefined && trust.length <= LIMITS.payloadBytes) {
      await write({ path: "trust.json", chunks: once(concatBytes(trust, LINE_FEED)) });
    }
    let accountLogs = 0;
    const onLog = (): void => {
      accountLogs += 1;
    };
    await write({ path: "accounts.jsonl", chunks: accountEntries(view, onLog) });
    await write({
      path: "balances.jsonl",
      chunks: lines(allBalances(view), ({ account, value }) => ({ ...account, value: `${value}` })),
    });
    await write({ path: "transfers.jsonl", chunks: transfers(view) });
    return { agreements, parties, accountLogs };
  });
}

const LINE_FEED = utf8("\n");

function trustOf(store: Store, { registry, settler, now }: ExportOptions): TrustBook {
  return new TrustBook({
    store,
    registry: registry?.id ?? "",
    settler: { id: settler },
    clock: () => now,
    ...(registry === undefined ? {} : { signer: registry.signer }),
  });
}

async function writeAgreements(
  store: Store,
  options: ExportOptions,
  write: (file: ExportFile) => Promise<void>,
): Promise<number> {
  const trust = trustOf(store, options);
  const written = new Set<Digest>();
  let agreements = 0;
  for await (const { id, status } of pages(
    (page) => store.listAgreements({}, page),
    (row) => row.id,
  )) {
    agreements += 1;
    const log = new AgreementLog(store, 1);
    await write({
      path: `agreements/${hexOf(id)}.settld`,
      chunks: writeBundle({ store, log, trust }, id, true),
      agreement: { id, closed: status === "closed" },
    });
    const state = await log.state(id);
    for (const [digest, size] of state?.itemSizes ?? []) {
      // What a bundle cannot hold stands beside it.
      if (size <= LIMITS.evidenceBytes || written.has(digest) || (await store.evidence(digest)) === undefined) continue;
      written.add(digest);
      await write({ path: `evidence/${hexOf(digest)}`, chunks: store.readEvidence(digest) });
    }
  }
  return agreements;
}

const allParties = (view: StoreReads) =>
  pages(
    (page) => view.parties(undefined, page),
    ({ id }) => id,
  );

const allBalances = (view: StoreReads) =>
  pages(
    (page) => view.balances(undefined, page),
    ({ account }) => accountName(account),
  );

async function* accountEntries(view: StoreReads, onLog: () => void): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const log of pages(
    (page) => view.accountLogs(page),
    (name) => accountName({ kind: "available", ...name }),
  )) {
    onLog();
    for (let from = 0; ; from += PAGE_SIZE) {
      const entries = await view.entries(log, from, PAGE_SIZE);
      yield concatBytes(...entries.flatMap(({ envelope }) => [envelope, LINE_FEED]));
      if (entries.length < PAGE_SIZE) break;
    }
  }
}

const PAGE_SIZE = 100;

async function* transfers(view: StoreReads): AsyncGenerator<Uint8Array, void, undefined> {
  for (const kind of ["deposit", "withdrawal"] as const) {
    yield* lines(
      pages(
        (page) => view.listTransfers(kind, undefined, page),
        ({ id }) => id,
      ),
      ({ value, createdAt, ...transfer }) => ({
        ...transfer,
        value: `${value}`,
        createdAt: formatInstant(createdAt),
      }),
    );
  }
}

async function* lines<T>(
  items: AsyncIterable<T>,
  view: (item: T) => object,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const item of items) yield utf8(`${canonicalize(view(item) as unknown as JsonValue)}\n`);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}

function hexOf(digest: Digest): string {
  return digest.slice("sha256:".length);
}
