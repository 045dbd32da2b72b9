// src/io/atomic.ts
import { randomBytes } from "node:crypto";
import { link, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
function stagingPath(path) {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
}
async function writeFileAtomic(path, bytes, options = {}) {
  const staged = stagingPath(path);
  try {
    const file = await open(staged, "wx", options.mode ?? 438);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    if (options.overwrite === false) await link(staged, path);
    else await rename(staged, path);
  } finally {
    await rm(staged, { force: true });
  }
}

export {
  stagingPath,
  writeFileAtomic
};
//# sourceMappingURL=chunk-THC66Q2J.js.map