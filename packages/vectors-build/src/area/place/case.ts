import type { Signer } from "@settld/protocol";
import { keyOf } from "../../cast.ts";
import { type Case, type FaultCase, field, type Input } from "../../format.ts";
import { envelopes, fileOf, head, linesOf, receiptOf, sealReceipt } from "../../log-builder.ts";
import { FILE } from "../../story.ts";
import type { Story } from "./closed-story.ts";

type Signed = Readonly<Record<number, readonly Signer[]>>;
type Told = {
  readonly story: Story;
  readonly signed?: Signed;
  readonly receiptBy?: Signer;
  readonly receiptAt?: string;
  readonly input?: object;
};

/** The bundle of a story as input, signed by others where that is said. */
export const told = async ({
  story,
  signed = {},
  receiptBy = keyOf("settler"),
  receiptAt,
  input = {},
}: Told): Promise<Input> => ({
  bundle: field(
    fileOf(
      linesOf({
        events: await envelopes(story.log, signed),
        evidence: story.evidence ? [{ digest: FILE.evidence.digest }] : [],
        receipt: await sealReceipt(
          receiptOf(story.log, { ...story.receipt, at: receiptAt ?? story.receipt.at }),
          receiptBy,
        ),
      }),
    ),
  ),
  ...input,
});

type Common = { readonly id: string; readonly clause: string; readonly why: string; readonly kills: string };

/** A story whose signers may sign. */
export const good = async ({ id, clause, why, kills, ...rest }: Common & Told): Promise<Case> => ({
  id,
  clause,
  why,
  kills,
  input: await told(rest),
  facts: { head: head(rest.story.log), status: "closed", established: rest.story.log.digests.length },
});

/** A story that is refused for one of its signers. */
export const bad = async ({
  id,
  clause,
  why,
  kills,
  code,
  pointer,
  twin,
  ...rest
}: Common & Told & Pick<FaultCase, "code" | "twin"> & { readonly pointer: string }): Promise<Case> => ({
  id,
  clause,
  code,
  fault: id,
  twin,
  pointer,
  why,
  kills,
  input: await told(rest),
});
