import {
  openSource
} from "./chunk-Z3P7ZUU4.js";
import {
  isSystemError,
  reasonOf
} from "./chunk-QAFWPTKF.js";

// src/verify/check-input.ts
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { isSettldError } from "@settld/protocol";
import { parseTrust, verifyBundle } from "@settld/verifier";
import { verifyBundleSync } from "@settld/verifier/sync";

// src/verify/evidence-folder.ts
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
var DIGEST_NAME = /^(?:sha256[-_:])?([0-9a-f]{64})(?:\.|$)/;
function evidenceFolder(folder) {
  let index;
  const digests = /* @__PURE__ */ new Map();
  return async (digest, size) => {
    index ??= indexFolder(folder);
    const { byHex, bySize } = await index;
    const named = byHex.get(digest.slice("sha256:".length));
    if (named !== void 0) return createReadStream(named);
    for (const path of bySize.get(size) ?? []) {
      let found = digests.get(path);
      if (found === void 0) {
        found = hashFile(path);
        digests.set(path, found);
      }
      if (await found === digest) return createReadStream(path);
    }
    return void 0;
  };
}
async function indexFolder(folder) {
  const byHex = /* @__PURE__ */ new Map();
  const bySize = /* @__PURE__ */ new Map();
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const found = entry.isFile() || entry.isSymbolicLink() ? await stat(path).catch(() => void 0) : void 0;
    if (found === void 0 || !found.isFile()) continue;
    const hex = DIGEST_NAME.exec(entry.name)?.[1];
    if (hex !== void 0) byHex.set(hex, path);
    const sameSize = bySize.get(found.size);
    if (sameSize === void 0) bySize.set(found.size, [path]);
    else sameSize.push(path);
  }
  return { byHex, bySize };
}
async function hashFile(path) {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return `sha256:${hash.digest("hex")}`;
}

// src/verify/check-input.ts
var WHOLE_BYTES_MAX = 1048576;
function prepareCheck(settings, mode) {
  const { trust, root, now, evidence } = settings;
  const options = {
    ...trust === void 0 ? {} : { trust: parseTrust(trust) },
    ...root === void 0 ? {} : { root },
    ...now === void 0 ? {} : { now }
  };
  const find = evidence === void 0 ? void 0 : evidenceFolder(evidence);
  return async (path) => {
    try {
      const whole = mode === "alone" && find === void 0 && path !== "-" ? readWhole(path) : void 0;
      if (whole !== void 0) return { report: verifyBundleSync(whole, options) };
      const source = openSource(path);
      return { report: await verifyBundle(source, find === void 0 ? options : { ...options, evidence: find }) };
    } catch (error) {
      const cause = isSettldError(error) ? error.cause : error;
      if (!isSystemError(cause)) throw error;
      return { unread: { code: "CLI_INPUT", message: `expected a readable file, found ${reasonOf(cause)}` } };
    }
  };
}
var buffer;
function readWhole(path) {
  const fd = openSync(path, "r");
  try {
    const found = fstatSync(fd);
    if (!found.isFile() || found.size >= WHOLE_BYTES_MAX) return void 0;
    buffer ??= new Uint8Array(WHOLE_BYTES_MAX);
    let length = 0;
    for (; ; ) {
      const read = readSync(fd, buffer, length, buffer.length - length, null);
      length += read;
      if (read === 0) return buffer.subarray(0, length);
      if (length === buffer.length) return void 0;
    }
  } finally {
    closeSync(fd);
  }
}

export {
  prepareCheck
};
//# sourceMappingURL=chunk-UTD362QR.js.map