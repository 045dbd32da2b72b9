import type { Signer } from "@settld/protocol";

/** A tenant with an API key that may do all that a tenant may. */
export type Tenant = { readonly name: string; readonly apiKey: string };

/** A party, its key, and the tenant that acts for it. */
export type Party = { readonly id: string; readonly signer: Signer; readonly tenant: Tenant };

/** Who plays in an agreement. */
export type Cast = {
  readonly buyer: Party;
  readonly seller: Party;
  readonly checker: Party;
  readonly arbiter: Party;
};
