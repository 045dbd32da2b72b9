import { availableParallelism } from "node:os";
import type { ViteUserConfig } from "vitest/config";

// Tests run against the sources; what is published is tested from packed tarballs by the package checks.
const config: ViteUserConfig = {
  resolve: { conditions: ["@settld/source"] },
  ssr: { resolve: { conditions: ["@settld/source"] } },
  test: {
    include: ["packages/*/src/**/*.{test,fuzz}.ts"],
    testTimeout: 60_000,
    // Many tests wait for processes and databases, so also a machine of two cores runs two files at a time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
};

export default config;
