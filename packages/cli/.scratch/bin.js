#!/usr/bin/env node
import {
  VERSION
} from "./chunk-F7NK5LYJ.js";

// src/bin.ts
import { writeSync } from "node:fs";
var [first, ...rest] = process.argv.slice(2);
if (rest.length === 0 && (first === "--version" || first === "-V")) {
  try {
    writeSync(1, `${VERSION}
`);
  } catch {
  }
} else {
  const { main } = await import("./main-BPXKV2C4.js");
  await main(process.argv.slice(2));
}
//# sourceMappingURL=bin.js.map