import { readFileSync } from "node:fs";
import ts from "typescript";
import { readSources } from "./bundle.ts";
import { instrument } from "./instrument.ts";
import { makersOf } from "./messages.ts";
import { quietNodes } from "./quiet.ts";

const src = readSources(process.argv[2] ?? "/work/main");
const i = instrument(src);
console.log(i.mutants.length, i.messages);
let all: any = { makers: new Map(), labels: new Map() };
const ps = src.map(({ file, text }) => ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
for (const s of ps) all = makersOf(s, all);
for (const n of quietNodes(ps.map((s) => ({ source: s, makers: makersOf(s, all) }))))
  console.log(n.getSourceFile().fileName, n.parent.getText().replace(/\s+/g, " ").slice(0, 120));
