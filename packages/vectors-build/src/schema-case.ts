import type { Log, Step } from "./log-builder.ts";
import type { LogCase } from "./log-case.ts";

/** Stands for a member that is taken away. */
export const GONE: unique symbol = Symbol("gone");

/** One violation of a schema: its name, the place in the payload, what stands there instead, and why that matters. */
export type Violation = readonly [name: string, path: string, value: unknown, why: string, kills: string];

/** A copy of plain data in which the value at a path is another one, or gone. */
export const set = (value: unknown, path: string, next: unknown): unknown => {
  const [name = "", ...rest] = path.split("/").slice(1);
  const within = (member: unknown): unknown => (rest.length === 0 ? next : set(member, `/${rest.join("/")}`, next));
  if (Array.isArray(value)) {
    const list: unknown[] = [...value];
    list[Number(name)] = within(list[Number(name)]);
    return list;
  }
  const members = { ...(value as Record<string, unknown>) };
  const changed = within(members[name]);
  return Object.fromEntries(Object.entries({ ...members, [name]: changed }).filter(([, member]) => member !== GONE));
};

const bent = (step: Step, path: string, value: unknown): Step => {
  const [, name = ""] = path.split("/");
  if (name !== "body" || path === "/body") return { ...step, change: { [name]: value === GONE ? undefined : value } };
  const { body } = step;
  return {
    ...step,
    body: (log: Log) => set(typeof body === "function" ? body(log) : body, path.slice("/body".length), value) as object,
  };
};

/** Cases that violate the schema of one event, each in one place. */
export const violations = (prefix: string, step: Step, twin: string, rows: readonly Violation[]): readonly LogCase[] =>
  rows.map(([name, path, value, why, kills]) => ({
    id: `schema-${prefix}-${name}`,
    clause: "EVENT-4",
    code: "EVENT_SCHEMA",
    fault: `${prefix}-${name}`,
    twin,
    why,
    kills,
    steps: [bent(step, path, value)],
  }));
