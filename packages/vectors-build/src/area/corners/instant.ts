import type { VectorFile } from "../../format.ts";
import { EMPTY, type Log, type Step } from "../../log-builder.ts";
import { after, type LogCase } from "../../log-case.ts";
import {
  ATTESTED,
  accept,
  CLOSING,
  close,
  DECIDED,
  decide,
  NO_BALANCES,
  OFFERED,
  offer,
  release,
  settle,
  terms,
  WINDOW,
} from "../../story.ts";
import { fine, wrong } from "./case.ts";

const FEBRUARY = "2026-02-30T00:00:00.000Z";
const instant = (name: string, pointer: string, twin: string, why: string, ...steps: readonly Step[]): LogCase =>
  wrong(
    {
      id: `instant-${name}`,
      clause: "TIME-1",
      code: "TIME_INSTANT",
      pointer,
      twin,
      why,
      kills: "check the shape of this instant only",
    },
    ...steps,
  );
const dueOf = (step: Step): Step => {
  const { body } = step;
  return { ...step, body: (log: Log) => ({ ...(typeof body === "function" ? body(log) : body), due: FEBRUARY }) };
};

/** Every place of an instant in an event, and the ends of time. */
export const instants: VectorFile = {
  path: "time/instant.json",
  op: "log.reduce",
  description: "Every place of an instant in an event, and the ends of time.",
  groups: [
    after("Offers.", EMPTY, [
      fine(
        { id: "instant-first", clause: "TIME-1", why: "The first instant.", kills: "treat 0 as no time" },
        "offered",
        NO_BALANCES,
        offer(terms(), { change: { at: "1970-01-01T00:00:00.000Z" } }),
      ),
      fine(
        {
          id: "instant-last",
          clause: "TIME-1",
          why: "The last instant, for the offer and all of its deadlines.",
          kills: "keep milliseconds in 48 bits with a sign",
        },
        "offered",
        NO_BALANCES,
        offer(
          terms({
            acceptBy: "9999-12-31T23:59:59.999Z",
            fundBy: "9999-12-31T23:59:59.999Z",
            submitBy: "9999-12-31T23:59:59.999Z",
          }),
          { change: { at: "9999-12-31T23:59:59.999Z" } },
        ),
      ),
      fine(
        {
          id: "instant-leap-day-2000",
          clause: "TIME-1",
          why: "2000 was a leap year.",
          kills: "divide years by 100 only",
        },
        "offered",
        NO_BALANCES,
        offer(terms(), { change: { at: "2000-02-29T23:59:59.999Z" } }),
      ),
      instant(
        "minute-60",
        "/at",
        "instant-first",
        "There are sixty minutes, from 0 to 59.",
        offer(terms(), { change: { at: "2026-03-02T09:60:00.000Z" } }),
      ),
      instant(
        "day-0",
        "/at",
        "instant-first",
        "Days count from 1.",
        offer(terms(), { change: { at: "2026-03-00T09:00:00.000Z" } }),
      ),
      instant(
        "april-31",
        "/at",
        "instant-first",
        "April has thirty days.",
        offer(terms(), { change: { at: "2026-04-31T09:00:00.000Z" } }),
      ),
      instant(
        "year-0",
        "/at",
        "instant-first",
        "Time starts in 1970.",
        offer(terms(), { change: { at: "0000-01-01T00:00:00.000Z" } }),
      ),
      instant(
        "leap-day-1900",
        "/body/fundBy",
        "instant-leap-day-2000",
        "1900 was no leap year, and is before 1970.",
        offer(terms({ fundBy: "1900-02-29T00:00:00.000Z" })),
      ),
      instant(
        "submit-by",
        "/body/submitBy",
        "event-offer",
        "submitBy is an instant like the others.",
        offer(terms({ submitBy: FEBRUARY })),
      ),
    ]),
    after("Decisions.", ATTESTED, [
      instant(
        "due-of-decision",
        "/body/due",
        "policy-decision",
        "What was due was due at a real time.",
        dueOf(decide()),
      ),
    ]),
    after("Settlements.", DECIDED, [
      instant("due-of-settlement", "/body/due", "log-cause", "What was due was due at a real time.", dueOf(settle())),
    ]),
    after("Releases.", WINDOW, [
      instant(
        "due-of-release",
        "/body/due",
        "log-cause-release",
        "What was due was due at a real time.",
        dueOf(release()),
      ),
    ]),
    after("Closings.", CLOSING, [
      instant("due-of-closing", "/body/due", "log-reason", "What was due was due at a real time.", dueOf(close())),
    ]),
    after("Acceptances.", OFFERED, [
      instant(
        "at-of-later-event",
        "/at",
        "log-chained",
        "Every event has a real time, not only the first.",
        accept({ change: { at: "2026-03-02T24:00:00.000Z" } }),
      ),
    ]),
  ],
};
