import type { Digest } from "@settld/protocol";
import type { WrappedKey } from "../../sealing/key-encryption.ts";
import type { ApiKeyRow, Change, Purge, Written } from "../store.ts";
import type { StoredObject } from "./read-evidence.ts";

/** What the writer carries out, as data; `settld_command` in the database does it. */
export type Command =
  | { readonly type: "write"; readonly change: Change }
  | { readonly type: "retry-command"; readonly id: string; readonly due: number }
  | { readonly type: "revoke-api-key"; readonly id: string; readonly at: number }
  | { readonly type: "put-setting"; readonly name: string; readonly value: string }
  | {
      readonly type: "put-evidence";
      readonly digest: Digest;
      readonly size: number;
      readonly at: number;
      readonly tenant: string;
      /** Names the chunks. */
      readonly upload: string;
      /** Only of small evidence, which was not staged. */
      readonly bytes?: Uint8Array;
      /** The wrapped data key, when the bytes are sealed. */
      readonly key?: WrappedKey | undefined;
    }
  | {
      readonly type: "reseal-evidence";
      readonly digest: Digest;
      /** As it was read; when it is otherwise now, nothing is done. */
      readonly before: StoredObject;
      readonly key: WrappedKey;
      /** Names the staged chunks that are sealed, when it was plain. */
      readonly upload?: string;
    }
  | { readonly type: "purge-evidence"; readonly purge: Purge };

/** What a command answers. */
export type Answer<T extends Command["type"]> = {
  readonly write: Written;
  readonly "retry-command": undefined;
  /** The key, when there is one. */
  readonly "revoke-api-key": ApiKeyRow | undefined;
  readonly "put-setting": undefined;
  /** Whether the bytes are new. */
  readonly "put-evidence": boolean;
  /** Whether it was done. */
  readonly "reseal-evidence": boolean;
  readonly "purge-evidence": "purged" | "changed" | "held";
}[T];
