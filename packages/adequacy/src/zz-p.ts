import { instrument } from "./instrument.ts";
import { readSources, bundleProgram, bundleValidators } from "./bundle.ts";
import { compileProgram, Runtime } from "./program.ts";
import { readCases } from "./cases.ts";
const ROOT="/tmp/snap";
const cpu=()=>{const u=process.cpuUsage(); return (u.user+u.system)/1000;};
const i = instrument(readSources(ROOT)); 
const on = await bundleProgram(ROOT, i.switched, "node"); const plain=await bundleProgram(ROOT,new Map(),"node");
const v = compileProgram(await bundleValidators(ROOT))(0, undefined as any) as any;
const big = readCases(ROOT+"/vectors").filter(c=>/^limit-(log|line|evid|payload|json|events|trust)-?/.test(c.id)); console.log(big.map(b=>b.id).join(" "));
for (const [n,code] of [["on",on],["plain",plain]] as const) { const p=compileProgram(code); for (let k=0;k<4;k++){ const r=new Runtime(0,v); r.restart(1e9); const ex=p(0,r); const t=cpu(); for (const b of big) await ex.answer(b.op,b.read()); console.log(n, Math.round(cpu()-t)); } }
let t=cpu(); for (const b of big) b.read(); console.log("read",cpu()-t);
