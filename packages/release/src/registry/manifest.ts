import { gunzipSync } from "node:zlib";
import type { Manifest } from "../workspace.ts";

/** Reads the `package.json` of an npm tarball: the first file of that name one folder down. */
export const readManifest = (tarball: Uint8Array): Manifest & Readonly<Record<string, unknown>> => {
  const bytes = gunzipSync(tarball);
  const text = (from: number, to: number): string => bytes.subarray(from, to).toString("utf8").replace(/\0.*$/s, "");
  for (let offset = 0; offset + 512 <= bytes.length; ) {
    const name = text(offset, offset + 100);
    if (name === "") break;
    const size = Number.parseInt(text(offset + 124, offset + 136).trim(), 8);
    if (/^[^/]+\/package\.json$/.test(name)) {
      return JSON.parse(bytes.subarray(offset + 512, offset + 512 + size).toString("utf8")) as Manifest &
        Readonly<Record<string, unknown>>;
    }
    offset += 512 + Math.ceil(size / 512) * 512;
  }
  throw new Error("the tarball has no package.json");
};
