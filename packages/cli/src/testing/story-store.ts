import { join } from "node:path";
import { jwkFromPublicKey } from "@settld/protocol";
import { openSqliteStore } from "@settld/server";
import { verifyBundle } from "@settld/verifier";
import { CAST, demoSigner } from "../demo/cast.ts";
import { readRegister } from "../demo/register.ts";
import { httpSettler } from "../demo/server/http-settler.ts";
import { openServer } from "../demo/server/open-server.ts";
import { playStory } from "../demo/story.ts";
import { CLEANING_STEPS } from "../demo/work/clean.ts";
import { writeIdentity } from "../server/identity.ts";

/**
 * Plays the story of the demo through a server over a folder and leaves its store there, as if `settld serve` had
 * served it: three agreements, closed, with deposits.
 */
export async function storyStore(folder: string): Promise<void> {
  const server = await openServer(folder);
  await playStory({
    register: await readRegister(),
    correction: CLEANING_STEPS,
    settler: async () => httpSettler(server),
    verifyHere: verifyBundle,
    // The verdicts of the story are the demo's to test.
    runApart: async () => ({ exitCode: null, stdout: "" }),
  });
  await server.close();
  const store = await openSqliteStore({ folder: join(folder), mode: "admin" });
  await writeIdentity(store, {
    settler: CAST.settler.id,
    registry: CAST.registry.id,
    settlerKey: jwkFromPublicKey((await demoSigner("settler")).publicKey).x,
    registryKey: jwkFromPublicKey((await demoSigner("registry")).publicKey).x,
  });
  await store.close();
}
