/** Who has an account with the server of the demo. */
export const TENANTS = ["buyer", "seller", "checker", "arbiter", "operator"] as const;

/** One of them. */
export type Tenant = (typeof TENANTS)[number];

/** What the demo tells its server apart from requests: only what time it is. */
export type ToChild = { readonly advanceTo: number };

/** What the server answers: first where it is, and with which API keys; then that it is at the time it was told. */
export type FromChild =
  | { readonly url: string; readonly apiKeys: Readonly<Record<Tenant, string>> }
  | { readonly at: number };
