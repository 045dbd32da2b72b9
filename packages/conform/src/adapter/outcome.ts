import type { Answer } from "../judge.ts";

/** One input for an adapter. */
export type Question = {
  /** Names the outcome for the caller; the adapter never sees it (CONF-3). */
  readonly id: string;
  readonly op: string;
  /** As it is sent: bytes are base64, recipes are expanded. */
  readonly input: Readonly<Record<string, unknown>>;
};

/** What came of a question (CONF-4, CONF-8). */
export type Outcome =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "skip"; readonly feature: string; readonly reason: string; readonly issue?: string }
  | { readonly kind: "error"; readonly message: string }
  | { readonly kind: "crash"; readonly detail: string }
  | { readonly kind: "timeout"; readonly detail: string };
