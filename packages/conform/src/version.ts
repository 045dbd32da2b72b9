// The build puts the version of package.json here (tsup.config.ts); reading the file would cost every start.
declare const SETTLD_CONFORM_VERSION: string | undefined;

/** Whether this is the built package; from its sources, data comes from the workspace. */
export const isBuilt: boolean = typeof SETTLD_CONFORM_VERSION === "string";

/** Version of the `settld-conform` package; run from its sources it has none. */
export const VERSION: string = typeof SETTLD_CONFORM_VERSION === "string" ? SETTLD_CONFORM_VERSION : "0.0.0-source";
