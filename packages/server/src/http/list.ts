import { base64urlDecode, base64urlEncode, fromUtf8, isSettldError, SettldError, utf8 } from "@settld/protocol";
import type { Page } from "../store/store.ts";
import { type Context, json, text } from "./context.ts";

const LIMIT_DEFAULT = 20;

/** A list as it is answered (HTTP-9). */
type List = {
  readonly object: "list";
  readonly data: readonly object[];
  readonly hasMore: boolean;
  readonly nextCursor: string | null;
};

/**
 * Answers a page of a list. One item more than asked for is read, to know whether there is another page.
 *
 * @param nameOf - how the store names an item in `Page.after`.
 */
export async function listPage<T>(
  context: Context,
  read: (page: Page) => Promise<readonly T[]>,
  nameOf: (item: T) => string,
  view: (item: T) => object | Promise<object>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const limit = Number(context.parameters["limit"] ?? LIMIT_DEFAULT);
  const after = readCursor(context);
  const items = await read({ limit: limit + 1, ...(after === undefined ? {} : { after }) });
  const shown = items.slice(0, limit);
  const last = shown.at(-1);
  const hasMore = items.length > limit && last !== undefined;
  // One after another, because what a view is made of may be far larger than the view.
  const data: object[] = [];
  for (const item of shown) data.push(await view(item));
  const list: List = {
    object: "list",
    data,
    hasMore,
    nextCursor: hasMore ? writeCursor(context, nameOf(last)) : null,
  };
  return json(200, list, headers);
}

// A cursor names its list: operation and every other parameter but the length of the page.
function listName({ route, parameters }: Context): string {
  const rest = Object.entries(parameters).filter(([name]) => name !== "cursor" && name !== "limit");
  return JSON.stringify([route.operationId, ...rest.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function writeCursor(context: Context, after: string): string {
  return base64urlEncode(utf8(JSON.stringify([listName(context), after])));
}

function readCursor(context: Context): string | undefined {
  const cursor = text(context, "cursor");
  if (cursor === undefined) return undefined;
  try {
    const [name, after] = JSON.parse(fromUtf8(base64urlDecode(cursor))) as readonly unknown[];
    if (name === listName(context) && typeof after === "string") return after;
  } catch (error) {
    if (!isSettldError(error) && !(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
  }
  throw badCursor();
}

/**
 * The first `seq` of a page of a log, whose cursor is the last one of the page before.
 *
 * @throws SettldError `HTTP_PARAMETER` for a cursor that is no `seq`.
 */
export function firstSeq({ parameters }: Context, { after }: Page): number {
  if (after === undefined) return Number(parameters["from"] ?? 0);
  if (!/^(?:0|[1-9][0-9]{0,14})$/.test(after)) throw badCursor();
  return Number(after) + 1;
}

/** What a text is answered that is no cursor of a list, or not for this caller. */
export function badCursor(): SettldError {
  return new SettldError("HTTP_PARAMETER", "cursor: expected the nextCursor of this list, found another text", {
    pointer: "/cursor",
  });
}
