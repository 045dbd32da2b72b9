import { formatTable, printJson, printLines } from "@settld/output";
import { canonicalize, isSettldError, type JsonValue, jwkFromPublicKey } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import type { AppliedItem } from "@settld/server";
import { EXIT, inputError } from "../../../exit.ts";
import { readInput } from "../../../io/read.ts";
import { printError } from "../../../io/stdio.ts";
import { readIdentity } from "../../../server/identity.ts";
import { keySource, openKey } from "../../../server/key-source.ts";
import { loadServer, type ServerPackage } from "../../../server/load-server.ts";
import { withStore } from "../../../server/store-folder.ts";
import { type PlaceOptions, storePlace } from "../../../server/store-place.ts";

type Options = PlaceOptions & {
  readonly digest?: string;
  readonly settlerKey?: string;
  readonly settlerSigner?: string;
  readonly dryRun?: true;
  readonly format: "human" | "json";
};

/** `settld admin retention apply`. */
export async function applyPlan(path: string, options: Options): Promise<void> {
  const { dir, settlerKey, settlerSigner, dryRun = false, format } = options;
  const server = await loadServer();
  const { plan, digest } = await readPlanFile(server, path);
  if (options.digest !== undefined && options.digest !== digest) {
    throw inputError("STORE_RETENTION_PLAN", `expected the plan ${options.digest}, found ${digest}: ${path}`);
  }
  const items: AppliedItem[] = [];
  const source = keySource({ role: "settler", dir, file: settlerKey, signer: settlerSigner, env: process.env });
  const applied = await withStore(server, storePlace(options), async (store) => {
    const identity = await readIdentity(store);
    if (identity?.settler !== plan.settler) {
      const found = `found one of ${plan.settler}`;
      throw inputError(
        "STORE_RETENTION_PLAN",
        `expected a plan of ${identity?.settler ?? "this store"}, ${found}: ${path}`,
      );
    }
    const onFault = (error: Error): void => printError("CLI_KEY", error.message);
    const signer = await openKey("settler", source, onFault, identity.settlerKey);
    if (jwkFromPublicKey(signer.publicKey).x !== identity.settlerKey) {
      throw inputError(
        "CLI_KEY",
        `expected the settler's key of the last start, ${identity.settlerKey}, found another`,
      );
    }
    const clock = (): number => Date.now();
    return server.applyRetention(plan, {
      store,
      signer: server.tombstoneSigner(store, { id: identity.settler, signer, clock }),
      clock,
      plan: digest,
      dryRun,
      onItem: (item) => void (item.result === "purged" || items.push(item)),
    });
  });
  if (format === "json") {
    const view = { object: "retention_applied", plan: digest, dryRun, ...applied, left: items };
    await printJson(canonicalize(view as unknown as JsonValue));
  } else {
    const { purged, bytes, gone, changed, held, finished } = applied;
    await printLines([
      `plan ${digest}${dryRun ? ", not carried out" : ""}`,
      ...formatTable(
        [
          [`${purged}`, `${dryRun ? "would be purged" : "purged"}, ${bytes} bytes`],
          [`${gone}`, "were purged before"],
          [`${changed}`, "are otherwise than the plan says, and stay"],
          [`${held}`, "are held, and stay"],
          ...(finished === 0 ? [] : [[`${finished}`, "purges of before that were broken off, finished"]]),
        ],
        { align: ["right"], indent: 2 },
      ),
      ...formatTable(items.filter(({ result }) => result !== "gone").map(({ result, digest: of }) => [result, of])),
    ]);
  }
  process.exitCode = EXIT.accept;
}

async function readPlanFile({ readPlan }: ServerPackage, path: string): Promise<ReturnType<ServerPackage["readPlan"]>> {
  try {
    return readPlan(await readInput(path, "plan"), defaultCrypto);
  } catch (error) {
    throw isSettldError(error) ? inputError(error.code, error.message, error) : error;
  }
}
