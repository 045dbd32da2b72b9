import { trialsOver } from "./trial-store.ts";

// The same trials as over SQLite.
trialsOver("PostgreSQL");
await import("./isolation.test.ts");
