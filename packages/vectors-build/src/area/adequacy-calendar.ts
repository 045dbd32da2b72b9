import type { VectorFile } from "../format.ts";
import { EMPTY } from "../log-builder.ts";
import { after, type LogCase } from "../log-case.ts";
import { NO_BALANCES, offer, terms } from "../story.ts";

// The calendar, month by month. Deadlines of requirements are instants that nothing has to come before or after.

const day = (date: string): string => `${date}T00:00:00.000Z`;
const deadlines = (...instants: readonly string[]) => ({
  policy: {
    requirements: instants.map((before, index) => ({ id: `r${index}`, kind: "deadline", before })),
    payout: { kind: "all-or-nothing" },
  },
});
const LAST_DAYS = [
  "2027-01-31",
  "2027-02-28",
  "2027-03-31",
  "2027-04-30",
  "2027-05-31",
  "2027-06-30",
  "2027-07-31",
  "2027-08-31",
  "2027-09-30",
  "2027-10-31",
  "2027-11-30",
  "2027-12-31",
];
const LEAP = LAST_DAYS.map((date) => date.replace("2027-02-28", "2028-02-29").replace("2027", "2028"));

const fine = (id: string, why: string, kills: string, ...dates: readonly string[]): LogCase => ({
  id: `calendar-${id}`,
  clause: "TIME-1",
  why,
  kills,
  status: "offered",
  balances: NO_BALANCES,
  steps: [offer(terms(deadlines(...dates.map(day))))],
});
const wrong = (id: string, why: string, kills: string, ...instants: readonly string[]): LogCase => ({
  id: `calendar-${id}`,
  clause: "TIME-1",
  code: "TIME_INSTANT",
  fault: id,
  twin: "calendar-common-year",
  // The last deadline is the one that is not real.
  pointer: `/body/policy/requirements/${instants.length - 1}/before`,
  why,
  kills,
  steps: [offer(terms(deadlines(...instants)))],
});

const MONTHS = [
  ["january", "01-32"],
  ["march", "03-32"],
  ["may", "05-32"],
  ["june", "06-31"],
  ["july", "07-32"],
  ["august", "08-32"],
  ["september", "09-31"],
  ["october", "10-32"],
  ["november", "11-31"],
  ["december", "12-32"],
] as const;

/** Days that there are, and days that there are not. */
export const calendar: VectorFile = {
  path: "time/calendar.json",
  op: "log.reduce",
  description: "The last day of every month and the day after it, in years with and without a leap day.",
  groups: [
    after("Offers.", EMPTY, [
      fine("common-year", "The last day of every month.", "count days by the month before", ...LAST_DAYS),
      fine("leap-year", "The same in a leap year.", "give every month of a leap year 29 days", ...LEAP),
      ...MONTHS.map(([name, date]) =>
        wrong(
          `after-${name}`,
          "The month has ended.",
          "let every month have as many days as another",
          day(`2027-${date}`),
        ),
      ),
      wrong("february-30", "Not even a leap year has it.", "let dates run over into the next month", day("2028-02-30")),
      wrong("february-29-2100", "2100 is no leap year.", "make every fourth year a leap year", day("2100-02-29")),
      wrong("month-13", "There are twelve months.", "let months run over into the next year", day("2027-13-01")),
      wrong("hour-24", "The day ends at 23:59:59.999.", "read 24:00 as midnight", "2027-01-01T24:00:00.000Z"),
      wrong(
        "fourth-requirement",
        "Every deadline is looked at.",
        "look at the first requirement only",
        day("2027-01-01"),
        day("2027-01-02"),
        day("2027-01-03"),
        day("2027-02-29"),
      ),
    ]),
  ],
};
