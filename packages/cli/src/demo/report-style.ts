/** The style sheet of the report. No fonts, pictures or scripts are loaded: the page is one file. */
export const REPORT_STYLE: string = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --card: #ffffff; --ink: #1d1f24; --soft: #5d6470; --line: #dfdcd3; --wash: #f3f1ea;
  --good: #17693f; --good-wash: #e2f2e8; --warn: #8a5300; --warn-wash: #fbeed6; --bad: #a3271f; --bad-wash: #fae3e0;
  --buyer: #3767a6; --escrow: #b98019; --holdback: #7b5ba7; --seller: #2c8a5a; --fee: #6d7684; --link: #1f58a8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15171b; --card: #1d2025; --ink: #e9e7e1; --soft: #a3a9b4; --line: #343942; --wash: #24282f;
    --good: #7fd3a4; --good-wash: #1c3a2b; --warn: #edbd6c; --warn-wash: #40301a; --bad: #f3968e; --bad-wash: #47211e;
    --buyer: #7fa9e0; --escrow: #dda945; --holdback: #b79adf; --seller: #5fc392; --fee: #9aa3b0; --link: #8db9f5;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 1040px; margin: 0 auto; padding: 48px 28px 80px; }
h1, h2, .moral { font-family: "Iowan Old Style", "Palatino Linotype", Palatino, Charter, Georgia, "DejaVu Serif", serif; font-weight: 600; }
h1 { font-size: 40px; line-height: 1.15; letter-spacing: -0.01em; margin: 0 0 12px; text-wrap: balance; }
h2 { font-size: 28px; line-height: 1.2; margin: 0; }
h3 { font-size: 13px; letter-spacing: 0.06em; text-transform: uppercase; color: var(--soft); margin: 32px 0 10px; font-weight: 650; }
p { margin: 0 0 12px; max-width: 68ch; }
a { color: var(--link); text-underline-offset: 2px; }
code, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: 0.86em; }
.lead { font-size: 19px; color: var(--soft); max-width: 62ch; }
.notice { border-left: 3px solid var(--escrow); padding: 2px 0 2px 14px; color: var(--soft); margin: 20px 0 0; }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: 14px; margin: 34px 0 10px; padding: 0; list-style: none; }
.tiles a { display: block; height: 100%; background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px 16px 14px; color: inherit; text-decoration: none; }
.tiles a:hover { border-color: var(--soft); }
.tiles .sum { display: block; font-size: 26px; font-weight: 650; margin-top: 12px; line-height: 1.1; }
.tiles .what { display: block; font-weight: 600; margin-top: 8px; }
.tiles small { color: var(--soft); }
.tag { display: inline-block; border-radius: 999px; padding: 2px 11px; font-size: 12.5px; font-weight: 700; letter-spacing: 0.05em; background: var(--wash); color: var(--soft); white-space: nowrap; }
.tag.good { background: var(--good-wash); color: var(--good); }
.tag.warn { background: var(--warn-wash); color: var(--warn); }
.tag.bad { background: var(--bad-wash); color: var(--bad); }
section { margin-top: 44px; }
section.act, section.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 30px 34px 34px; }
.act header { display: flex; align-items: baseline; gap: 14px; flex-wrap: wrap; border-bottom: 1px solid var(--line); padding-bottom: 14px; }
.act header .number { color: var(--soft); font-weight: 600; }
.act header .tag { margin-left: auto; }
.moral { font-size: 20px; font-style: italic; font-weight: 500; margin: 30px 0 0; max-width: none; }
.id { color: var(--soft); font-size: 13px; margin: 10px 0 0; max-width: none; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: 15px; }
th, td { text-align: left; padding: 7px 12px 7px 0; border-bottom: 1px solid var(--line); vertical-align: baseline; }
th { font-size: 13px; color: var(--soft); font-weight: 600; }
th:last-child, td:last-child { padding-right: 0; }
td.num, th.num { text-align: right; white-space: nowrap; padding-left: 10px; }
td.num + td:not(.num), th.num + th:not(.num) { padding-left: 22px; }
tbody tr:last-child td, tbody tr:last-child th { border-bottom: 0; }
tfoot td, tfoot th { border-top: 2px solid var(--line); border-bottom: 0; font-weight: 650; color: var(--ink); font-size: 15px; }
tbody th { font-size: 15px; color: var(--ink); }
.scroll { overflow-x: auto; }
td .good, .invariant b { color: var(--good); } td .bad { color: var(--bad); } td .warn { color: var(--warn); }
td .good, td .bad, td .warn { font-weight: 600; }
.invariant { margin: 12px 0 0; max-width: none; font-weight: 550; }
.invariant b.broken { color: var(--bad); }
.note { color: var(--soft); font-size: 15px; margin: 10px 0 0; }
.failed { background: var(--bad-wash); color: var(--bad); border-radius: 8px; padding: 12px 18px; margin: 18px 0 0; }
.failed ul { margin: 6px 0 0; padding-left: 20px; overflow-wrap: anywhere; }
ol.time { list-style: none; margin: 0; padding: 0; }
ol.time li { display: grid; grid-template-columns: 132px 92px 1fr; gap: 0 14px; padding: 9px 0; border-bottom: 1px solid var(--line); break-inside: avoid; }
ol.time li:last-child { border-bottom: 0; }
ol.time time { color: var(--soft); font-size: 14px; padding-top: 1px; white-space: nowrap; }
ol.time .why { display: block; color: var(--soft); font-size: 14.5px; }
ol.time .moves { grid-column: 3; margin: 4px 0 0; padding: 0; list-style: none; font-size: 14.5px; }
ol.time .moves li { display: flex; justify-content: space-between; gap: 20px; border: 0; padding: 1px 0; }
ol.time .moves b { font-weight: 650; }
.who { font-weight: 650; font-size: 14.5px; white-space: nowrap; }
.who::before { content: ""; display: inline-block; width: 9px; height: 9px; border-radius: 3px; margin-right: 7px; background: var(--soft); }
.who.buyer::before { background: var(--buyer); } .who.seller::before { background: var(--seller); }
.who.settler::before { background: var(--escrow); } .who.arbiter::before { background: var(--holdback); }
svg.flow { display: block; width: 100%; height: auto; max-width: 860px; margin: 4px auto 0; }
svg.flow .node.buyer { fill: var(--buyer); } svg.flow .node.escrow { fill: var(--escrow); } svg.flow .node.seller { fill: var(--seller); }
svg.flow .node.holdback { fill: var(--holdback); } svg.flow .node.fee { fill: var(--fee); }
svg.flow .node.none { fill: none; stroke: var(--soft); stroke-dasharray: 4 4; }
svg.flow .band { opacity: 0.38; }
svg.flow .band.escrow { fill: var(--buyer); } svg.flow .band.seller { fill: var(--seller); } svg.flow .band.fee { fill: var(--fee); opacity: 0.75; }
svg.flow .band.holdback { fill: var(--holdback); } svg.flow .band.buyer { fill: var(--buyer); }
svg.flow .barred { fill: none; stroke: var(--soft); stroke-dasharray: 5 6; }
svg.flow .stop { fill: var(--bad); } svg.flow .stop-bar { stroke: var(--card); stroke-width: 4.5; stroke-linecap: round; }
svg.flow text { fill: var(--ink); font-size: 14px; font-family: inherit; }
svg.flow .name { fill: var(--soft); font-size: 13px; } svg.flow .amount { font-weight: 650; }
dl.codes { margin: 0; } dl.codes dt { margin-top: 16px; } dl.codes dt code { font-weight: 700; font-size: 15px; }
dl.codes dd { margin: 2px 0 0; } dl.codes :target, dt:target { background: var(--warn-wash); }
pre { background: var(--wash); border-radius: 8px; padding: 14px 16px; overflow-x: auto; font-size: 14px; line-height: 1.6; margin: 10px 0 0; }
footer { color: var(--soft); font-size: 14px; margin-top: 40px; }
@media screen and (max-width: 760px) {
  main { padding: 28px 16px 60px; } h1 { font-size: 31px; } section.act, section.card { padding: 22px 18px 24px; }
  .tiles { grid-template-columns: repeat(2, 1fr); }
  svg.flow { min-width: 560px; }
  ol.time li { grid-template-columns: 1fr auto; } ol.time li > div, ol.time .moves { grid-column: 1 / -1; }
}
@media print {
  :root { color-scheme: light; --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --wash: #f4f4f4; --good: #17693f; --good-wash: #fff; --warn: #8a5300; --warn-wash: #fff; --bad: #a3271f; --bad-wash: #fff; --buyer: #3767a6; --escrow: #b98019; --holdback: #7b5ba7; --seller: #2c8a5a; --fee: #6d7684; --link: #000; }
  @page { margin: 16mm; }
  body { font-size: 9.5pt; line-height: 1.4; } main { max-width: none; padding: 0; }
  h1 { font-size: 26pt; } h2 { font-size: 17pt; } h3 { font-size: 8pt; margin: 14px 0 4px; } .lead, .moral { font-size: 12pt; }
  table, tbody th, .note, ol.time .why, ol.time .moves, .who, ol.time time { font-size: 9pt; } th { font-size: 8pt; } td code { white-space: nowrap; }
  th, td { padding-top: 3px; padding-bottom: 3px; } ol.time li { padding: 4px 0; grid-template-columns: 116px 76px 1fr; } .moral { margin-top: 14px; }
  svg.flow { max-width: 150mm; } .tiles .what { font-size: 9pt; } .tiles .sum { font-size: 15pt; }
  section.act, section.card { border: 0; padding: 0; border-radius: 0; } section.act { break-before: page; margin-top: 0; }
  .tag { border: 1px solid currentColor; } table, svg.flow, .tiles a { break-inside: avoid; } h2, h3, dl.codes dt { break-after: avoid; } tfoot td, tfoot th { font-size: 9pt; }
  svg.flow, .tag, .who::before { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
`;
