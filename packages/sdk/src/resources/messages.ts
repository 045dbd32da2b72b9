import type { Connection } from "../connection.ts";
import { isApiError } from "../errors.ts";
import type { StreamedMessage, StreamOptions } from "./stream-types.ts";

/** What happens, as it happens. A message says what to fetch, and proves nothing itself. */
export class Messages {
  readonly #api: Connection;

  constructor(api: Connection) {
    this.#api = api;
  }

  /**
   * Follows messages, without end: a connection that breaks is made again, behind the last message.
   *
   * @throws SettldError with the code of a refusal that waiting does not mend, such as `HOOK_CURSOR`.
   * @example
   * for await (const { type, data, cursor } of settld.messages.stream({ cursor })) console.log(type, data);
   */
  async *stream(options: StreamOptions = {}): AsyncGenerator<StreamedMessage, void, undefined> {
    const { follow } = await import("./follow.ts");
    yield* follow(this.#api, isApiError, options);
  }
}
