import {
  type CallAnswer,
  type CallInput,
  Connection,
  type ConnectionOptions,
  type MakeChecker,
  type OperationId,
} from "./connection.ts";
import type { WriteOptions } from "./http/transport.ts";
import { Agreements } from "./resources/agreements.ts";
import { Evidence } from "./resources/evidence.ts";
import { Messages } from "./resources/messages.ts";
import { Accounts, Deposits, Withdrawals } from "./resources/money.ts";
import { ApiKeys, Audits, OwnAccount, Parties, TrustDocuments } from "./resources/registry.ts";
import { WebhookEndpoints } from "./resources/webhook-endpoints.ts";

/** A client of one settlement server, for one API key. */
export class Client {
  /** Deals: offer, accept, fund, submit, attest, approve, dispute, and what comes of it. */
  readonly agreements: Agreements;
  /** Files by their digest. */
  readonly evidence: Evidence;
  /** Balances and what moved them. */
  readonly accounts: Accounts;
  /** Money in. */
  readonly deposits: Deposits;
  /** Money out. */
  readonly withdrawals: Withdrawals;
  /** Parties and their signing keys. */
  readonly parties: Parties;
  /** The registry's signed word on whose key is whose. */
  readonly trust: TrustDocuments;
  /** API keys. */
  readonly keys: ApiKeys;
  /** What happens, as a stream. */
  readonly messages: Messages;
  /** Places to which the server posts messages. */
  readonly webhookEndpoints: WebhookEndpoints;
  /** Who the API key speaks for. */
  readonly account: OwnAccount;
  /** The server's reconciliation of itself. */
  readonly audit: Audits;
  readonly #api: Connection;

  constructor(options: ConnectionOptions, makeChecker?: MakeChecker) {
    const api = new Connection(options, makeChecker);
    this.#api = api;
    this.evidence = new Evidence(api);
    this.agreements = new Agreements(api, this.evidence);
    this.accounts = new Accounts(api);
    this.deposits = new Deposits(api);
    this.withdrawals = new Withdrawals(api);
    this.parties = new Parties(api);
    this.trust = new TrustDocuments(api);
    this.keys = new ApiKeys(api);
    this.messages = new Messages(api);
    this.webhookEndpoints = new WebhookEndpoints(api);
    this.account = new OwnAccount(api);
    this.audit = new Audits(api);
  }

  /**
   * Sends one operation of the API document as it is: typed, with key, retries and timeouts, but without filling in,
   * signing or verifying anything.
   *
   * @example
   * await settld.request("accounts.list", { query: { limit: 5 } });
   */
  async request<K extends OperationId>(
    operation: K,
    input: CallInput<K> = {},
    options: WriteOptions = {},
  ): Promise<CallAnswer<K>> {
    return this.#api.call(operation, input, options);
  }
}
