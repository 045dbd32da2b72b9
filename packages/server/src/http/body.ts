import { concatBytes, SettldError } from "@settld/protocol";

/**
 * The chunks of a request's body, each of which has to follow the one before in time.
 *
 * @param pauseMs - how long nothing may arrive, in milliseconds.
 * @throws SettldError `HTTP_TIMEOUT`.
 */
export async function* bodyChunks(request: Request, pauseMs: number): AsyncGenerator<Uint8Array, void, undefined> {
  if (request.body === null) return;
  const reader = request.body.getReader();
  try {
    for (;;) {
      const { done, value } = await withTimeout(reader.read(), pauseMs);
      if (done) return;
      yield value;
    }
  } finally {
    // What a client still sends after a refusal is not read.
    await reader.cancel().catch(() => {});
  }
}

/**
 * A whole body of at most `bytesMax` bytes.
 *
 * @throws SettldError `HTTP_TOO_LARGE` or `HTTP_TIMEOUT`.
 */
export async function readBody(request: Request, bytesMax: number, pauseMs: number): Promise<Uint8Array> {
  const tooLarge = (): SettldError => new SettldError("HTTP_TOO_LARGE", `expected a body of at most ${bytesMax} bytes`);
  if (Number(request.headers.get("content-length") ?? 0) > bytesMax) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyChunks(request, pauseMs)) {
    size += chunk.length;
    if (size > bytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  return concatBytes(...chunks);
}

async function withTimeout<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new SettldError("HTTP_TIMEOUT", `expected the body to go on within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
