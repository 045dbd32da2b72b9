import { availableParallelism } from "node:os";
import type { ViteUserConfig } from "vitest/config";

// Tests run against the sources; what is published is tested from packed tarballs by the package checks.
const config: ViteUserConfig = {
  resolve: { conditions: ["@settld/source"] },
  ssr: { resolve: { conditions: ["@settld/source"] } },
  test: {
    include: ["packages/*/src/**/*.{test,fuzz}.ts"],
    testTimeout: 60_000,
    // Many tests wait for timers, processes and databases, so there is one file more under way than there are cores.
    maxWorkers: availableParallelism() + 1,
  },
};

export default config;
