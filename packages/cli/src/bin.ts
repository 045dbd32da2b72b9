#!/usr/bin/env node
import { writeSync } from "node:fs";
import { VERSION } from "./version.ts";

// Scripts ask for the version often, so it is answered before anything is loaded: no commander, no stream.
const [first, ...rest] = process.argv.slice(2);
if (rest.length === 0 && (first === "--version" || first === "-V")) {
  try {
    writeSync(1, `${VERSION}\n`);
  } catch {
    // Nobody reads the answer.
  }
} else {
  const { main } = await import("./main.ts");
  await main(process.argv.slice(2));
}
