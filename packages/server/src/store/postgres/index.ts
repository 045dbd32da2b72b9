/**
 * The store in a PostgreSQL database, for any number of processes. It is apart from the rest, so that whoever keeps a
 * store in a folder needs neither `pg` nor `pg-boss`.
 */
export { openPostgresStore, type PostgresPoolOptions, type PostgresStoreOptions } from "./postgres-store.ts";
export { rollBackPostgresStore } from "./roll-back.ts";
