import type { AgreementState } from "@settld/kernel";
import { type Digest, LIMITS, PAYLOAD_TYPES, type ParsedEnvelope, parseEnvelope, SettldError } from "@settld/protocol";
import type { Admission as AdmissionView, FundAgreement } from "../../gen/types.ts";
import { writeBundle } from "../../settler/bundle.ts";
import type { Admission, AdmitOptions, Submitter } from "../../settler/settler.ts";
import type { AgreementRow, PartyRole } from "../../store/store.ts";
import { actsForOne, type Context, callerOf, type Handlers, json, required, text } from "../context.ts";
import { badCursor, firstSeq, listPage } from "../list.ts";
import { admissionView, agreementView, eventView, tagOf } from "../views/agreement.ts";
import { visibleEvidence } from "./evidence.ts";

/** Agreements and their logs. */
export const agreements: Handlers = {
  "agreements.create": async (context) => {
    const envelope = readEnvelope(context);
    return admit(context, (options) =>
      context.services.settler.submit(envelope, undefined, submitterOf(context), options),
    );
  },

  "agreements.append": async (context) => {
    const { state } = await visible(context);
    const envelope = readEnvelope(context);
    return admit(context, (options) =>
      context.services.settler.submit(envelope, state.agreement, submitterOf(context), options),
    );
  },

  "agreements.fund": async (context) => {
    const { state } = await visible(context);
    const { buyer } = state.offer.body.parties;
    if (!(await mayAct(context)(buyer.id))) {
      throw new SettldError("HTTP_FORBIDDEN", `expected a key of the tenant of ${buyer.id}, whose money it is`);
    }
    const { funding } = context.body as FundAgreement;
    return admit(context, (options) => context.services.settler.fund(state.agreement, funding, options));
  },

  "agreements.list": async (context) => {
    const { store } = context.services;
    const { isOperator, actsFor, parties } = callerOf(context);
    const party = text(context, "party");
    const role = text(context, "role") as PartyRole["role"] | undefined;
    const status = text(context, "status");
    const mine = async (): Promise<readonly string[] | undefined> => (isOperator ? undefined : parties());
    const only = async (one: string): Promise<readonly string[]> => (isOperator || (await actsFor(one)) ? [one] : []);
    const asked = party === undefined ? await mine() : await only(party);
    return listPage(
      context,
      async (page) => {
        // The cursor of somebody who sees more says nothing here, not even that what it names exists.
        if (page.after !== undefined && !(await isVisible(context, page.after as Digest))) throw badCursor();
        return store.listAgreements(
          {
            ...(asked === undefined ? {} : { parties: asked }),
            ...(role === undefined ? {} : { role }),
            ...(status === undefined ? {} : { status }),
          },
          page,
        );
      },
      ({ id }) => id,
      async (row) => agreementView(await stateOf(context, row), row.updatedAt),
    );
  },

  "agreements.retrieve": async (context) => {
    const { state, row } = await visible(context);
    return unlessUnchanged(context, state, () =>
      json(200, agreementView(state, row.updatedAt), { etag: tagOf(state) }),
    );
  },

  "agreements.listEvents": async (context) => {
    const { state } = await visible(context);
    const { store } = context.services;
    return unlessUnchanged(context, state, () =>
      listPage(
        context,
        async (page) => store.events(state.agreement, firstSeq(context, page), page.limit),
        ({ seq }) => String(seq),
        eventView,
        { etag: tagOf(state) },
      ),
    );
  },

  "agreements.bundle": async (context) => {
    const { state } = await visible(context);
    const { store, settler, trust } = context.services;
    const lines = writeBundle(
      { store, log: settler.log, trust },
      state.agreement,
      text(context, "evidence") !== "withheld",
    );
    // Without a tag: the log may be the same and the trust document newer, after a revocation for instance.
    return new Response(streamOf(lines), { headers: { "content-type": "application/vnd.settld.bundle+jsonl" } });
  },

  "agreements.receipt": async (context) => {
    const { state } = await visible(context);
    const receipt = await context.services.store.receipt(state.agreement);
    if (receipt === undefined)
      throw new SettldError("HTTP_NOT_FOUND", "expected a closed agreement; an open one has no receipt");
    return new Response(receipt.slice(), { headers: { "content-type": "application/json", etag: tagOf(state) } });
  },
};

/** The agreement that a path names, if the caller may see it (HTTP-5). */
async function visible(context: Context): Promise<{ readonly state: AgreementState; readonly row: AgreementRow }> {
  const { store, settler } = context.services;
  const id = required(context, "agreement") as Digest;
  const row = await store.agreement(id);
  const state = row !== undefined && (await isVisible(context, id)) ? await settler.log.state(row) : undefined;
  if (row === undefined || state === undefined)
    throw new SettldError("HTTP_NOT_FOUND", `expected an agreement, found none: ${id}`);
  return { state, row };
}

/** Whether the caller is a party of an agreement, or the operator and there is one. */
async function isVisible(context: Context, id: Digest): Promise<boolean> {
  const roles = await context.services.store.roles(id);
  if (callerOf(context).isOperator) return roles.length > 0;
  return actsForOne(
    context,
    roles.map(({ party }) => party),
  );
}

async function stateOf({ services }: Context, row: AgreementRow): Promise<AgreementState> {
  const state = await services.settler.log.state(row, false);
  if (state === undefined) throw new Error(`${row.id} is listed and not there`);
  return state;
}

function readEnvelope({ body }: Context): ParsedEnvelope {
  return parseEnvelope(body, {
    payloadType: PAYLOAD_TYPES.event,
    maxPayloadBytes: LIMITS.payloadBytes,
    maxSignatures: 1,
  });
}

// Naming evidence in an agreement shows it to its parties, so a tenant can only name what it may see itself (HTTP-5).
function submitterOf(context: Context): Submitter {
  return {
    mayAct: mayAct(context),
    maySee: (agreement) => isVisible(context, agreement),
    sizeOf: async (digest) => (await visibleEvidence(context, digest))?.size,
  };
}

// An operator runs the server and still signs for nobody, but may hand in what a party signed.
function mayAct(context: Context): (party: string) => Promise<boolean> {
  const { isOperator, actsFor } = callerOf(context);
  return async (party) => isOperator || actsFor(party);
}

async function admit(context: Context, run: (options: AdmitOptions) => Promise<Admission>): Promise<Response> {
  const { keep } = context;
  let kept: AdmissionView | undefined;
  const start = performance.now();
  const admission = await run({
    keep:
      keep === undefined
        ? undefined
        : (done) => {
            kept = admissionView(done);
            return keep(201, kept);
          },
    check: (state) => checkMatch(context, state),
  });
  const { state, known, due } = admission;
  if (!known) {
    const { metrics } = context.services;
    metrics.admissionSeconds.observe({ step: admission.event.type }, (performance.now() - start) / 1e3);
  }
  context.services.timers.expect(due);
  return json(known ? 200 : 201, kept ?? admissionView(admission), {
    etag: tagOf(state),
    ...(known ? {} : { location: `/v1/agreements/${state.agreement}` }),
  });
}

function checkMatch({ headers }: Context, state: AgreementState): void {
  const match = headers.get("if-match");
  if (match === null || match === "*" || tagsOf(match).includes(tagOf(state))) return;
  throw new SettldError("HTTP_PRECONDITION_FAILED", `If-Match: expected ${tagOf(state)}, found ${match}`);
}

async function unlessUnchanged(
  { headers }: Context,
  state: AgreementState,
  answer: () => Response | Promise<Response>,
): Promise<Response> {
  const match = headers.get("if-none-match");
  const same = match !== null && (match === "*" || tagsOf(match).includes(tagOf(state)));
  return same ? new Response(null, { status: 304, headers: { etag: tagOf(state) } }) : answer();
}

function tagsOf(header: string): string[] {
  return header.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
}

function streamOf(chunks: AsyncGenerator<Uint8Array, void, undefined>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await chunks.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        controller.error(error);
      }
    },
    async cancel() {
      await chunks.return();
    },
  });
}
