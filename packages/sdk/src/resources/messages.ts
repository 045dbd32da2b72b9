import type { Connection } from "../connection.ts";
import { isApiError } from "../errors.ts";
import type { Message, MessageType } from "../gen/api.ts";
import type { RequestOptions } from "../http/transport.ts";

/** A message of the stream. */
export type StreamedMessage = Message & {
  /** Id of the message, the same as in webhooks. */
  readonly id: string;
  /** Where the stream goes on behind it. */
  readonly cursor: string;
};

/** Where a stream starts and what it shows. */
export type StreamOptions = Pick<RequestOptions, "signal"> & {
  /** Behind this message: what `cursor` of it was. Without it and `since`, with what happens from now on. */
  readonly cursor?: string;
  /** From this time on, such as `2026-03-01T00:00:00.000Z`. */
  readonly since?: string;
  /** Default: everything. */
  readonly types?: readonly MessageType[];
};

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
