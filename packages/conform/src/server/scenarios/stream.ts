import { Deal } from "../deal.ts";
import { openStream, type StreamEvent } from "../event-stream.ts";
import type { Scenario, ScenarioGroup } from "../scenario.ts";
import { numberAt, textAt } from "../values.ts";

const about =
  (agreement: string) =>
  ({ data }: StreamEvent): boolean =>
    textAt(data, "data", "agreement") === agreement;

const isLast =
  (agreement: string) =>
  (event: StreamEvent): boolean =>
    about(agreement)(event) && event.type === "escrow.funded";

const TYPES = ["agreement.offered", "agreement.accepted", "escrow.funded"];

// Something comes at least every 15 seconds (HOOK-8).
const SILENCE_MS = 16_500;

const scenarios: readonly Scenario[] = [
  {
    id: "stream-tells",
    clause: "HOOK-8",
    why: "Who reads the stream hears what happens, in the order of the log, each with a cursor.",
    run: async (world, notes) => {
      const cast = await world.cast(notes);
      const stream = await openStream(world, cast.buyer.tenant.apiKey);
      notes.same("status and media type", [stream.status, stream.mediaType], [200, "text/event-stream"]);
      const deal = await Deal.funded(world, notes, cast);
      await stream.find(isLast(deal.id));
      stream.close();
      const told = stream.events.filter(about(deal.id));
      notes.same(
        "types",
        told.map(({ type }) => type),
        TYPES,
      );
      notes.same(
        "seq",
        told.map(({ data }) => numberAt(data, "data", "seq")),
        [0, 1, 2],
      );
      notes.check(
        told.every(({ id }) => id !== ""),
        "ids",
        "a cursor each",
        told.map(({ id }) => id),
      );
      return undefined;
    },
  },
  {
    id: "stream-goes-on",
    clause: "HOOK-8",
    why: "A reader that was away goes on with its cursor, misses nothing, and hears nothing twice.",
    run: async (world, notes) => {
      const cast = await world.cast(notes);
      const { apiKey } = cast.buyer.tenant;
      const first = await openStream(world, apiKey);
      const deal = await Deal.offer(world, notes, cast);
      const offered = await first.find(about(deal.id));
      first.close();
      if (!notes.check(offered !== undefined, "stream", "the offer", "none") || offered === undefined) return undefined;
      await deal.add("seller", "agreement.accepted", {});
      await deal.fund();
      for (const [query, headers] of [
        [{ cursor: offered.id }, {}],
        [{}, { "last-event-id": offered.id }],
      ] as const) {
        const again = await openStream(world, apiKey, query, headers);
        await again.find(isLast(deal.id));
        again.close();
        const told = again.events.filter(about(deal.id));
        notes.same(
          `types behind the ${"cursor" in query ? "cursor" : "Last-Event-ID"}`,
          told.map(({ type }) => type),
          TYPES.slice(1),
        );
      }
      return undefined;
    },
  },
  {
    id: "stream-of-types",
    clause: "HOOK-8",
    why: "Who asks for some types hears of no others.",
    run: async (world, notes) => {
      const cast = await world.cast(notes);
      const stream = await openStream(world, cast.buyer.tenant.apiKey, { types: "escrow.funded" });
      const deal = await Deal.funded(world, notes, cast);
      await stream.find(isLast(deal.id));
      stream.close();
      notes.same(
        "types",
        stream.events.filter(about(deal.id)).map(({ type }) => type),
        ["escrow.funded"],
      );
      return undefined;
    },
  },
  {
    id: "stream-of-stranger",
    clause: "HOOK-1",
    why: "A message is for the tenants that may see its cause.",
    run: async (world, notes) => {
      const cast = await world.cast(notes);
      const theirs = await openStream(world, (await world.stranger(notes)).tenant.apiKey);
      const ours = await openStream(world, cast.buyer.tenant.apiKey);
      const deal = await Deal.funded(world, notes, cast);
      notes.check((await ours.find(isLast(deal.id))) !== undefined, "our stream", "the funding", "nothing");
      notes.same("a stranger's stream", theirs.events.filter(about(deal.id)).length, 0);
      theirs.close();
      ours.close();
      return undefined;
    },
  },
  {
    id: "stream-is-never-silent",
    clause: "HOOK-8",
    why: "A reader that hears nothing for long knows that its connection is gone.",
    run: async (world, notes) => {
      const stream = await openStream(world, (await world.stranger(notes)).tenant.apiKey, {
        types: "webhook_endpoint.disabled",
      });
      const before = stream.length();
      await new Promise((resolve) => setTimeout(resolve, SILENCE_MS));
      notes.check(stream.length() > before, `after ${SILENCE_MS} ms`, "something", "nothing");
      stream.close();
      return undefined;
    },
  },
  {
    id: "stream-without-key",
    clause: "HTTP-4",
    why: "The stream needs an API key like everything else.",
    code: "HTTP_UNAUTHENTICATED",
    run: (world) => world.api.call(undefined, "messages.stream"),
  },
];

/** The stream of messages (HOOK-8). */
export const stream: ScenarioGroup = { name: "stream", scenarios };
