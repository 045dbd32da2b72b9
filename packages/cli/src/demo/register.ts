import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";

// The build copies the data set beside the program (tsup.config.ts); the sources use the one in the repository.
const PLACES = ["./demo-data/shipments.csv", "../../../../fixtures/demo/shipments.csv"];

/** Reads the shipment register that the story is about. */
export async function readRegister(): Promise<Uint8Array> {
  const place = PLACES.map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url));
  if (place === undefined) throw new Error("the demo's data set is missing from this installation");
  return new Uint8Array(await readFile(place));
}
