// The build puts the version of package.json here (tsup.config.ts); reading the file would cost every start.
declare const SETTLD_VERSION: string | undefined;

/** Version of the `settld` package; run from its sources it has none. */
export const VERSION: string = typeof SETTLD_VERSION === "string" ? SETTLD_VERSION : "0.0.0-source";
