import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, commandFault, type Tree } from "./commands.ts";
import { coverageFaults } from "./coverage.ts";
import { type Epic, type Plan, STAGES, type Stage, type Status, type Task, type Ticket } from "./plan-data.ts";
import { type Standing, standingOf } from "./results.ts";

/** What is wrong, and what is only worth a look. */
export type Findings = { readonly faults: readonly string[]; readonly notices: readonly string[] };

const twice = (names: readonly string[]): string[] => names.filter((name, index) => names.indexOf(name) !== index);

/** A task as it counts: what belongs to a ticket has that ticket's command and status. */
export const effective = (task: Task, tickets: readonly Ticket[]): Task & { readonly command?: string } => {
  const ticket = tickets.find(({ id }) => id === task.ticket);
  return ticket === undefined
    ? task
    : {
        ...task,
        status: ticket.status,
        command: ticket.acceptance.command,
        ...(ticket.reason === undefined ? {} : { reason: ticket.reason }),
      };
};

/** Work that has a status and a command, in the backlog and in the phases. */
type Work = {
  readonly where: string;
  readonly status: Status;
  readonly command: string | undefined;
  readonly reason: string | undefined;
};

const workOf = ({ backlog, tasks }: Plan): Work[] => [
  ...backlog.tickets.map(({ id, status, acceptance, reason }) => ({
    where: id,
    status,
    command: acceptance.command,
    reason,
  })),
  ...tasks.phases.flatMap(({ tasks: list }) =>
    list
      .map((task) => effective(task, backlog.tickets))
      .map(({ id, status, command, reason }) => ({ where: id, status, command, reason })),
  ),
];

/** Judges commands of the plan by what was recorded. */
const judgeOf = ({ commands, results }: Plan, tree: Tree | undefined) => {
  const byRun = new Map(commands.map((command) => [command.run, command]));
  return (run: string): Standing | undefined => {
    const command: Command | undefined = byRun.get(run);
    return command === undefined ? undefined : standingOf(results, command, tree);
  };
};

const cyclesOf = (tickets: readonly Ticket[]): string[] => {
  const state = new Map<string, "visiting" | "done">();
  const faults: string[] = [];
  const visit = (id: string, path: readonly string[]): void => {
    if (state.get(id) === "done") return;
    if (state.get(id) === "visiting") {
      faults.push(`dependencies go round: ${[...path, id].join(" -> ")}`);
      return;
    }
    state.set(id, "visiting");
    for (const next of tickets.find((one) => one.id === id)?.dependencies ?? []) visit(next, [...path, id]);
    state.set(id, "done");
  };
  for (const { id } of tickets) visit(id, []);
  return faults;
};

const backlogFaults = (base: string, { backlog, roles, deferred }: Plan): string[] => {
  const { epics, tickets, milestones } = backlog;
  const ids = [...epics, ...tickets].map(({ id }) => id);
  const refs = [...epics, ...tickets].flatMap(({ ref }) => ref ?? []);
  const faults = [...twice(ids), ...twice(refs)].map((name) => `${name} stands twice`);
  for (const one of [...epics, ...tickets]) {
    if (!milestones.some(({ id }) => id === one.milestone)) faults.push(`${one.id}: no milestone ${one.milestone}`);
    if (one.status === "deferred" && !deferred.some(({ refs: list }) => list.includes(one.ref ?? one.id))) {
      faults.push(`${one.id}: is deferred, and planning/deferred.json does not say why`);
    }
  }
  for (const ticket of tickets) {
    if (!epics.some(({ id }) => id === ticket.epic)) faults.push(`${ticket.id}: no epic ${ticket.epic}`);
    if (!roles.some(({ id }) => id === ticket.owner)) faults.push(`${ticket.id}: no role ${ticket.owner}`);
    for (const other of ticket.dependencies) {
      const found = tickets.find(({ id }) => id === other);
      if (found === undefined) faults.push(`${ticket.id}: depends on ${other}, which is not there`);
      else if (ticket.status === "done" && found.status !== "done")
        faults.push(`${ticket.id}: is done before ${other}`);
    }
    for (const path of ticket.status === "deferred" ? [] : ticket.acceptance.artifacts) {
      if (!existsSync(join(base, path))) faults.push(`${ticket.id}: expected ${path}, found none`);
    }
    if (ticket.status === "done" && (ticket.external ?? []).length > 0) {
      faults.push(`${ticket.id}: is done, and waits for: ${ticket.external?.join("; ")}`);
    }
  }
  for (const { id, status, reason } of epics) {
    if (status === "blocked" && reason === undefined) faults.push(`${id}: is blocked without a reason`);
  }
  for (const epic of epics.filter(({ umbrella }) => umbrella === true)) {
    const left = tickets.filter(({ epic: id, status }) => id === epic.id && status !== "done");
    if (epic.status === "done" && left.length > 0) {
      faults.push(`${epic.id}: an umbrella closes after its children; open: ${left.map(({ id }) => id).join(", ")}`);
    }
  }
  for (const one of deferred) {
    for (const ref of one.refs) {
      const found = [...epics, ...tickets].find((other) => other.ref === ref || other.id === ref);
      if (found?.status !== "deferred") faults.push(`${one.id}: ${ref} is not deferred in the backlog`);
    }
  }
  return [...faults, ...cyclesOf(tickets)];
};

/** Every epic shows all seven stages; what its done tickets rest on has to have passed. */
const stageFaults = (epic: Epic, isStarted: boolean, judge: (run: string) => Standing | undefined): string[] =>
  (Object.keys(STAGES) as Stage[]).flatMap((stage) => {
    const evidence = epic.stages[stage];
    const where = `${epic.id}: stage ${STAGES[stage]}`;
    if ("na" in evidence) return [];
    const standing = judge(evidence.command);
    if (standing === undefined) return [`${where}: ${evidence.command} is not in planning/commands.json`];
    return isStarted && (standing === "failed" || standing === "missing")
      ? [`${where}: ${evidence.command}: ${standing}`]
      : [];
  });

const phaseFaults = (base: string, { tasks, backlog, deferred, tags }: Plan): string[] => {
  const faults: string[] = [];
  const numbers = tasks.phases.map(({ phase }) => phase).join(",");
  if (numbers !== "0,1,2,3,4,5,6,7") faults.push(`tasks/tasks.yaml: expected phases 0 to 7, found ${numbers}`);
  faults.push(
    ...twice(tasks.phases.flatMap(({ tasks: list }) => list.map(({ id }) => id))).map((id) => `${id} stands twice`),
  );
  for (const { phase, approved, tasks: list, deferred: later, migrations } of tasks.phases) {
    const tag = `v0.${phase}.0`;
    if (approved && !tags.includes(tag)) faults.push(`phase ${phase}: is approved, and there is no tag ${tag}`);
    if (!approved && tags.includes(tag)) faults.push(`phase ${phase}: ${tag} is a tag, and nobody approved the phase`);
    for (const id of later) {
      if (!deferred.some((one) => one.id === id)) faults.push(`phase ${phase}: no deferred item ${id}`);
    }
    for (const task of list) {
      if (task.ticket !== undefined && !backlog.tickets.some(({ id }) => id === task.ticket)) {
        faults.push(`${task.id}: no ticket ${task.ticket}`);
      }
      if (task.ticket === undefined && task.command === undefined) faults.push(`${task.id}: has no command`);
    }
    for (const path of [...migrations, ...list.flatMap(({ artifacts }) => artifacts)]) {
      if (!existsSync(join(base, path))) faults.push(`phase ${phase}: expected ${path}, found none`);
    }
  }
  return faults;
};

/**
 * Judges a plan: references, coverage, stages, phases, and whether what is done is done.
 *
 * @param tree - digests of the files that results have to be about; without it, their age does not count.
 */
export const checkPlan = (base: string, plan: Plan, tree?: Tree): Findings => {
  const { commands, backlog } = plan;
  const judge = judgeOf(plan, tree);
  const faults = [
    ...twice(commands.map(({ run }) => run)).map((run) => `planning/commands.json: ${run} stands twice`),
    ...commands.flatMap(({ run }) => {
      const fault = commandFault(base, run);
      return fault === undefined ? [] : [`planning/commands.json: ${run}: ${fault}`];
    }),
    ...coverageFaults(base, plan.coverage),
    ...backlogFaults(base, plan),
    ...phaseFaults(base, plan),
    ...backlog.epics.flatMap((epic) =>
      stageFaults(
        epic,
        backlog.tickets.some((one) => one.epic === epic.id && one.status === "done"),
        judge,
      ),
    ),
  ];
  const old = new Set<string>();
  for (const { where, status, command, reason } of workOf(plan)) {
    const standing = command === undefined ? undefined : judge(command);
    if (command !== undefined && standing === undefined)
      faults.push(`${where}: ${command} is not in planning/commands.json`);
    if (status === "done" && (standing === "failed" || standing === "missing")) {
      faults.push(`${where}: is done, and \`${command}\` is ${standing === "failed" ? "red" : "not recorded"}`);
    }
    if (status === "blocked" && reason === undefined) faults.push(`${where}: is blocked without a reason`);
    if (status === "done" && standing === "old" && command !== undefined) old.add(command);
  }
  for (const { layer, commands: list } of plan.layers) {
    for (const run of list) {
      if (judge(run) === undefined)
        faults.push(`planning/test-layers.json: ${layer}: ${run} is not in planning/commands.json`);
    }
  }
  return { faults, notices: [...old].sort().map((run) => `recorded on another tree: ${run}`) };
};
