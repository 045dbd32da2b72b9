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
