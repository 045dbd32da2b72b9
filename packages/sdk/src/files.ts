import { type CryptoPort, type Digest, hexEncode, type Item, utf8 } from "@settld/protocol";

/** Bytes of one piece of evidence. A `Blob` may be a file on disk; it is read as a stream. */
export type FileData = Uint8Array | ArrayBuffer | Blob | string;

/** Files by name, or as a list where a media type is stated. */
export type Files =
  | { readonly [name: string]: FileData }
  | readonly { readonly name: string; readonly data: FileData; readonly mediaType?: string }[];

/** A file with its digest, ready to be uploaded. */
export type DigestedFile = { readonly item: Item; readonly body: Uint8Array | Blob };

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  csv: "text/csv",
  html: "text/html",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  json: "application/json",
  md: "text/markdown",
  pdf: "application/pdf",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain",
  zip: "application/zip",
};

/** The media type that the end of a name stands for, `application/octet-stream` when none is known. */
export function mediaTypeOf(name: string): string {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(MEDIA_TYPES, ending) ? (MEDIA_TYPES[ending] as string) : "application/octet-stream";
}

/** Reads every file once and computes what an event says about it. */
export async function digestFiles(files: Files, crypto: CryptoPort): Promise<DigestedFile[]> {
  const list = Array.isArray(files)
    ? (files as Extract<Files, readonly unknown[]>)
    : Object.entries(files).map(([name, data]) => ({ name, data: data as FileData, mediaType: undefined }));
  const done: DigestedFile[] = [];
  for (const { name, data, mediaType } of list) {
    const body = bodyOf(data);
    const { digest, size } = await digestBody(body, crypto);
    done.push({ item: { name, mediaType: mediaType ?? mediaTypeOf(name), digest, size }, body });
  }
  return done;
}

/** What a request carries for some data, so that it can be sent more than once. */
export function bodyOf(data: FileData): Uint8Array | Blob {
  if (typeof data === "string") return utf8(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

/** Digest and length of a body. */
export async function digestBody(
  body: Uint8Array | Blob,
  crypto: CryptoPort,
): Promise<{ readonly digest: Digest; readonly size: number }> {
  if (body instanceof Uint8Array) return { digest: `sha256:${crypto.sha256Hex(body)}`, size: body.length };
  const hash = crypto.createSha256();
  const reader = body.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    hash.update(value);
  }
  return { digest: `sha256:${hexEncode(hash.digest())}`, size: body.size };
}
