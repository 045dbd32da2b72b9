import { type Case, field } from "../../format.ts";
import { fileOf } from "../../log-builder.ts";

type More = {
  readonly pointer?: string;
  readonly input?: object;
  readonly facts?: object;
  readonly indeterminate?: true;
};

/** A bundle that is accepted. */
export const good = (
  id: string,
  clause: string,
  why: string,
  bytes: readonly string[] | Uint8Array,
  facts: object,
  kills?: string,
  input: object = {},
): Case => ({
  id,
  clause,
  why,
  ...(kills === undefined ? {} : { kills }),
  input: { bundle: field(bytes instanceof Uint8Array ? bytes : fileOf(bytes)), ...input },
  facts: { ...facts },
});

/** A bundle that is refused, or in doubt. */
export const bad = (
  id: string,
  clause: string,
  code: string,
  twin: string,
  why: string,
  kills: string,
  bytes: readonly string[] | Uint8Array,
  more: More = {},
): Case => ({
  id,
  clause,
  code,
  fault: id,
  twin,
  why,
  kills,
  ...(more.pointer === undefined ? {} : { pointer: more.pointer }),
  ...(more.indeterminate === undefined ? {} : { verdict: "indeterminate" }),
  ...(more.facts === undefined ? {} : { facts: { ...more.facts } }),
  input: { bundle: field(bytes instanceof Uint8Array ? bytes : fileOf(bytes)), ...more.input },
});
