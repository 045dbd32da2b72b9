/**
 * A page of a list: at most `limit` items after the one that `after` names, by its id, and a balance or an account log
 * by its `accountName`. A list rejects with `HTTP_PARAMETER` when `after` names nothing that it could have held.
 */
export type Page = { readonly limit: number; readonly after?: string };
