/** One instruction of a Dockerfile. */
export type Instruction = { readonly keyword: string; readonly text: string };

/** A stage of a Dockerfile: everything from one FROM to the next. */
export type Stage = {
  readonly name: string | undefined;
  readonly base: string;
  readonly instructions: readonly Instruction[];
};

/** Reads the instructions of a Dockerfile stage by stage; what stands before the first FROM is left out. */
export function readDockerfile(text: string): Stage[] {
  const lines = text
    .split("\n")
    .filter((line) => !/^\s*#/.test(line) && line.trim() !== "")
    .join("\n")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n");
  const stages: { name: string | undefined; base: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, keyword = "", rest = ""] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
    if (keyword === "FROM") {
      const [base = "", , name] = rest.split(/\s+/);
      stages.push({ name, base, instructions: [] });
    } else stages.at(-1)?.instructions.push({ keyword, text: rest });
  }
  return stages;
}
