/**
 * The small entry: everything but verification. What the server says is believed; use it where that is what you want,
 * or where somebody else verifies.
 */

export { Client, Client as Settld } from "./client.ts";
export * from "./common.ts";
export type { ConnectionOptions as SettldOptions } from "./connection.ts";
