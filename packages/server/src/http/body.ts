import { concatBytes, isSettldError, SettldError } from "@settld/protocol";

// Up to this a body is taken whole. A longer one comes as a stream, which can be given up when it is late.
const WHOLE_BYTES_MAX = 65_536;

/**
 * The chunks of a request's body, each of which has to follow the one before in time.
 *
 * @param patienceMs - how long to wait for the next one, in milliseconds.
 * @throws SettldError `HTTP_TIMEOUT`.
 */
export async function* bodyChunks(
  request: Request,
  patienceMs: () => number,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (request.body === null) return;
  const reader = request.body.getReader();
  try {
    for (;;) {
      const { done, value } = await withTimeout(reader.read(), patienceMs());
      if (done) return;
      yield value;
    }
  } finally {
    // What a client still sends after a refusal is not read.
    await reader.cancel().catch(() => {});
  }
}

/**
 * A whole body of at most `bytesMax` bytes, all of it within `ms` milliseconds.
 *
 * @throws SettldError `HTTP_TOO_LARGE` or `HTTP_TIMEOUT`.
 */
export async function readBody(request: Request, bytesMax: number, ms: number): Promise<Uint8Array> {
  const tooLarge = (): SettldError => new SettldError("HTTP_TOO_LARGE", `expected a body of at most ${bytesMax} bytes`);
  const length = request.headers.get("content-length");
  if (Number(length ?? 0) > bytesMax) throw tooLarge();
  // What says how long it is, and is no longer on the wire, needs no stream, which costs more than a small body does.
  if (length !== null && Number(length) <= WHOLE_BYTES_MAX) {
    const bytes = new Uint8Array(await withTimeout(request.arrayBuffer(), ms));
    if (bytes.length > bytesMax) throw tooLarge();
    return bytes;
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  const end = performance.now() + ms;
  for await (const chunk of bodyChunks(request, () => end - performance.now())) {
    size += chunk.length;
    if (size > bytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  return concatBytes(...chunks);
}

async function withTimeout<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new SettldError("HTTP_TIMEOUT", `expected the body to arrive in time`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } catch (error) {
    // Whatever else ends a body early is the doing of whoever sends it, and no fault of the server.
    throw isSettldError(error)
      ? error
      : new SettldError("HTTP_TIMEOUT", "expected the whole body, found its sender gone");
  } finally {
    clearTimeout(timer);
  }
}
