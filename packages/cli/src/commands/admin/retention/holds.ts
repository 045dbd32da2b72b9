import { randomBytes } from "node:crypto";
import { escapeTerminal, formatTable, printJson, printLines, stdoutColors, wellFormed } from "@settld/output";
import { canonicalize, type Digest, formatInstant, type JsonValue, SettldError } from "@settld/protocol";
import type { HoldRow, Store, TombstoneRow } from "@settld/server";
import { inputError } from "../../../exit.ts";
import { loadServer } from "../../../server/load-server.ts";
import { withStore } from "../../../server/store-folder.ts";
import { type PlaceOptions, storePlace } from "../../../server/store-place.ts";

type Common = PlaceOptions & { readonly format: "human" | "json" };
type Why = { readonly reason: string; readonly by: string };
type Target = { readonly agreement?: string; readonly tenant?: string; readonly digest?: string };
type HoldOptions = Common & Why & Target;

const PAGE_SIZE = 100;
const TEXT_MAX = 256;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const TENANT = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** `settld admin retention hold`. */
export async function hold({ format, ...options }: HoldOptions): Promise<void> {
  const { kind, target } = targetOf(options);
  const { by, reason } = whyOf(options);
  const server = await loadServer();
  const id = `hold_${randomBytes(12).toString("base64url")}`;
  const row: HoldRow = { id, kind, target, reason, by, at: Date.now() };
  await withStore(server, storePlace(options), (store) => store.placeHold(row));
  await show(format, holdView(row), `${id} holds ${kind} ${target}`);
}

/** `settld admin retention release`. */
export async function release(id: string, { format, ...options }: Common & Why): Promise<void> {
  const { by, reason } = whyOf(options);
  const server = await loadServer();
  const row = await withStore(server, storePlace(options), async (store) => {
    const found = await store.releaseHold(id, { at: Date.now(), by, reason });
    if (found !== undefined) return found;
    throw new SettldError("HTTP_NOT_FOUND", `expected the id of a hold, found none: ${JSON.stringify(id)}`);
  });
  await show(format, holdView(row), `${row.id} on ${row.kind} ${row.target} is released`);
}

/** `settld admin retention readmit`. */
export async function readmit(digest: string, { format, ...options }: Common & Why): Promise<void> {
  if (!DIGEST.test(digest)) throw badDigest("<digest>", digest);
  const { by, reason } = whyOf(options);
  const at = Date.now();
  const server = await loadServer();
  await withStore(server, storePlace(options), async (store) => {
    const count = await store.readmitEvidence(digest as Digest, { at, by, reason });
    if (count > 0) return;
    throw new SettldError("HTTP_NOT_FOUND", `expected purged evidence, found no tombstone: ${digest}`);
  });
  const view = { object: "readmission", digest, readmitted: noteView({ at, by, reason }) };
  await show(format, view, `${digest} may be uploaded again`);
}

/** `settld admin retention list`. */
export async function list({ format, ...options }: Common): Promise<void> {
  const server = await loadServer();
  const { holds, tombstones } = await withStore(server, storePlace(options), async (store) => ({
    holds: await every(store.listHolds),
    tombstones: await every(store.listTombstones),
  }));
  if (format === "json") {
    for (const view of [...holds.map(holdView), ...tombstones.map(tombstoneView)]) {
      await printJson(canonicalize(view as unknown as JsonValue));
    }
    return;
  }
  const { bold } = stdoutColors();
  const head = (...texts: readonly string[]) => texts.map((text) => ({ text, paint: bold }));
  const since = (note: { readonly at: number } | undefined): string =>
    note === undefined ? "-" : formatInstant(note.at);
  await printLines([
    ...(holds.length === 0
      ? ["no legal holds"]
      : formatTable([
          head("hold", "on", "which", "placed", "by", "reason", "released"),
          ...holds.map((row) => [
            row.id,
            row.kind,
            row.target,
            formatInstant(row.at),
            row.by,
            row.reason,
            since(row.released),
          ]),
        ])),
    "",
    ...(tombstones.length === 0
      ? ["nothing was purged"]
      : formatTable([
          head("purged", "evidence", "why", "agreements", "readmitted"),
          ...tombstones.map((row) => [
            formatInstant(row.at),
            row.digest,
            row.kind,
            `${row.agreements.length}`,
            since(row.readmitted),
          ]),
        ])),
  ]);
}

function targetOf(options: Target): Pick<HoldRow, "kind" | "target"> {
  const given = (["agreement", "tenant", "digest"] as const).filter((kind) => options[kind] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1) {
    throw inputError("CLI_USAGE", `expected one of --agreement, --tenant and --digest, found ${given.length}`);
  }
  const target = options[kind] ?? "";
  if (kind !== "tenant" && !DIGEST.test(target)) throw badDigest(`--${kind}`, target);
  if (kind === "tenant" && !TENANT.test(target)) {
    throw inputError("CLI_USAGE", `--tenant: expected the name of a tenant, found ${JSON.stringify(target)}`);
  }
  return { kind, target };
}

function badDigest(option: string, found: string): SettldError {
  return inputError(
    "CLI_USAGE",
    `${option}: expected sha256: and 64 hexadecimal digits, found ${JSON.stringify(found)}`,
  );
}

// Whoever reads the list years later has nothing but this.
function whyOf({ reason, by }: Why): Why {
  for (const [option, text] of [
    ["--reason", reason],
    ["--by", by],
  ] as const) {
    if (text.trim() === "" || [...text].length > TEXT_MAX) {
      throw inputError("CLI_USAGE", `${option}: expected 1 to ${TEXT_MAX} characters, found ${[...text].length}`);
    }
  }
  return { reason: wellFormed(reason), by: wellFormed(by) };
}

async function every<T extends { readonly id: string }>(
  read: (page: Parameters<Store["listHolds"]>[0]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const rows: T[] = [];
  for (;;) {
    const after = rows.at(-1)?.id;
    const page = await read({ limit: PAGE_SIZE, ...(after === undefined ? {} : { after }) });
    rows.push(...page);
    if (page.length < PAGE_SIZE) return rows;
  }
}

type NoteRow = NonNullable<HoldRow["released"]>;

function noteView({ at, by, reason }: NoteRow): object {
  return { at: formatInstant(at), by, reason };
}

function holdView({ at, released, ...row }: HoldRow): object {
  const ended = released === undefined ? null : noteView(released);
  return { object: "hold", ...row, at: formatInstant(at), released: ended };
}

function tombstoneView({ at, envelope, readmitted, uploaders: _, ...row }: TombstoneRow): object {
  return {
    object: "tombstone",
    ...row,
    at: formatInstant(at),
    readmitted: readmitted === undefined ? null : noteView(readmitted),
    tombstone: JSON.parse(new TextDecoder().decode(envelope)),
  };
}

async function show(format: Common["format"], view: object, sentence: string): Promise<void> {
  if (format === "json") await printJson(canonicalize(view as unknown as JsonValue));
  else await printLines([escapeTerminal(sentence)]);
}
