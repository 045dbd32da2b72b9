/** The style sheet of the page. Nothing is loaded: no fonts, pictures or scripts. */
export const HTML_STYLE: string = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --card: #fff; --ink: #1c1e23; --soft: #5b626e; --line: #e0ddd4; --wash: #f3f1ea; --link: #1f58a8;
  --good: #17693f; --good-wash: #e3f2e9; --bad: #a3271f; --bad-wash: #fbe6e3; --warn: #85500a; --warn-wash: #fbefd9;
  --bar-good: #2c8a5a; --bar-bad: #c8453b; --bar-known: #cf9a36; --bar-other: #8f99a8; --bar-none: #dcd9d0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14161a; --card: #1c1f24; --ink: #e8e6e0; --soft: #a2a9b4; --line: #333841; --wash: #23272e; --link: #8db9f5;
    --good: #7fd3a4; --good-wash: #1a3728; --bad: #f5988f; --bad-wash: #44201e; --warn: #ecbd6e; --warn-wash: #3c2d18;
    --bar-good: #4fb384; --bar-bad: #dd6459; --bar-known: #d9a94a; --bar-other: #77818f; --bar-none: #3a3f48;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
main { max-width: 980px; margin: 0 auto; padding: 52px 28px 72px; }
section { margin-top: 52px; }
h1, h2, .word { font-family: "Iowan Old Style", "Palatino Linotype", Palatino, Charter, Georgia, "DejaVu Serif", serif; font-weight: 600; }
h1 { font-size: 42px; line-height: 1.12; letter-spacing: -0.01em; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 26px; line-height: 1.2; margin: 0 0 18px; }
h3, h4 { margin: 0; font-size: 16px; line-height: 1.3; }
p { margin: 0; max-width: 70ch; }
ul { list-style: none; margin: 0; padding: 0; }
a { color: var(--link); text-underline-offset: 2px; }
code, pre, h4, .ids { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: 0.875em; overflow-wrap: anywhere; }
pre { margin: 0; white-space: pre-wrap; background: var(--wash); border-radius: 8px; padding: 11px 14px; font-size: 13.5px; line-height: 1.5; }
.kicker { font-size: 13px; font-weight: 650; letter-spacing: 0.07em; text-transform: uppercase; color: var(--soft); margin-bottom: 10px; }
.about { color: var(--soft); font-size: 18px; margin-top: 8px; overflow-wrap: anywhere; }
.about span, .note span { padding: 0 3px; opacity: 0.55; }
.note { color: var(--soft); font-size: 14.5px; }
small { font-size: 13.5px; color: var(--soft); }
.tag { display: inline-block; border-radius: 999px; padding: 2px 11px; font-size: 12.5px; font-weight: 650; line-height: 1.55; white-space: nowrap; }
.tag.good { background: var(--good-wash); color: var(--good); } .tag.bad { background: var(--bad-wash); color: var(--bad); }
.tag.warn { background: var(--warn-wash); color: var(--warn); } .tag.plain { background: var(--wash); color: var(--soft); }
.verdict { border-radius: 14px; padding: 22px 28px 24px; margin: 28px 0 0; }
.verdict .word { font-size: 34px; line-height: 1.15; margin-bottom: 6px; }
.verdict.good { background: var(--good-wash); } .verdict.good .word { color: var(--good); }
.verdict.bad { background: var(--bad-wash); } .verdict.bad .word { color: var(--bad); }
.verdict.warn { background: var(--warn-wash); } .verdict.warn .word { color: var(--warn); }
.stop { border: 1px solid var(--line); border-left: 4px solid var(--bar-bad); border-radius: 8px; background: var(--card); padding: 18px 22px 20px; margin-top: 18px; }
.stop h2 { font-size: 20px; margin-bottom: 10px; } .stop pre { margin-top: 8px; } .stop li { padding: 3px 0; }
.bar { display: block; width: 100%; height: 8px; border-radius: 4px; background: var(--bar-none); }
.bar .good { fill: var(--bar-good); } .bar .bad { fill: var(--bar-bad); } .bar .known { fill: var(--bar-known); }
.bar .other { fill: var(--bar-other); } .bar .none { fill: var(--bar-none); }
header > .bar { margin-top: 30px; height: 12px; border-radius: 6px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 22px; margin-top: 12px; color: var(--soft); font-size: 15px; }
.legend b { color: var(--ink); }
.legend li::before { content: ""; display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 8px; background: var(--bar-none); }
.legend .good::before { background: var(--bar-good); } .legend .bad::before { background: var(--bar-bad); }
.legend .known::before { background: var(--bar-known); } .legend .other::before { background: var(--bar-other); }
.profiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: 14px; }
.profiles li { display: grid; grid-template-rows: subgrid; grid-row: span 5; gap: 0; background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 16px 18px; min-width: 0; }
.profiles .tag { margin-top: 6px; } .profiles .what { color: var(--soft); font-size: 14.5px; line-height: 1.45; margin-top: 10px; }
.profiles .score { color: var(--soft); margin: 14px 0 6px; } .profiles .score b { font-size: 27px; line-height: 1.1; font-weight: 650; color: var(--ink); }
.profiles .note { margin-top: 10px; font-size: 13.5px; }
.top { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 6px 12px; }
.profiles .not-applicable .score b { color: var(--soft); }
.chips { display: flex; flex-wrap: wrap; gap: 7px; margin-bottom: 20px; font-size: 14px; color: var(--soft); }
.chips li { background: var(--wash); border-radius: 7px; padding: 2px 9px; }
.index > summary { color: var(--link); margin-bottom: 12px; }
summary { cursor: pointer; display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 14px; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary::before { content: "+"; color: var(--soft); font: 600 18px/1 ui-monospace, Menlo, Consolas, "Liberation Mono", monospace; width: 12px; }
details[open] > summary::before { content: "\\2212"; }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--link); outline-offset: 3px; border-radius: 4px; }
summary .count { color: var(--soft); font-size: 15px; margin-left: auto; }
.clause { background: var(--card); border: 1px solid var(--line); border-radius: 12px; margin-top: 12px; }
.clause > summary { padding: 14px 20px; } .clause > summary h2 { font-size: 19px; margin: 0; } .clause > summary h3 { font-size: 17px; }
.clause > .note { padding: 0 20px 16px; }
.case { border-top: 1px solid var(--line); padding: 18px 20px 20px; }
.case h4 { font-size: 15px; font-weight: 650; overflow-wrap: anywhere; }
.case .why { margin-top: 6px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; margin: 12px 0 0; }
.pair div { border-radius: 8px; padding: 9px 14px 11px; min-width: 0; }
.pair dt { font-size: 12.5px; font-weight: 650; color: var(--soft); } .pair dd { margin: 1px 0 0; } .pair code { font-weight: 600; }
.pair small { display: block; line-height: 1.4; margin-top: 2px; }
.pair .expected { background: var(--good-wash); } .pair .expected code { color: var(--good); }
.pair .got { background: var(--bad-wash); } .pair .got code { color: var(--bad); }
.case .scroll, .case .detail, .case .repro { margin-top: 10px; } .case .note { margin-top: 10px; font-size: 13.5px; max-width: none; }
.repro::before { content: "$ "; color: var(--soft); }
.detail { border-left: 3px solid var(--bar-known); border-radius: 0 8px 8px 0; }
.scroll { overflow-x: auto; }
tbody th code { white-space: nowrap; } td.got { min-width: 9ch; }
td.expected code { color: var(--good); font-weight: 600; } td.got code { color: var(--bad); font-weight: 600; }
table { border-collapse: collapse; width: 100%; font-size: 14.5px; }
th, td { text-align: left; vertical-align: baseline; padding: 5px 14px 5px 0; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { font-size: 12.5px; font-weight: 650; color: var(--soft); }
tbody tr:last-child > * { border-bottom: 0; } th:last-child, td:last-child { padding-right: 0; }
.area { border-bottom: 1px solid var(--line); } .area > summary { display: grid; grid-template-columns: 12px 130px 1fr 96px; align-items: center; gap: 12px; padding: 11px 2px; }
#run .area > summary { grid-template-columns: 12px 1fr; }
.area > summary .count { text-align: right; margin: 0; } .area .name { font-weight: 600; }
.area > pre { margin: 0 0 16px 26px; }
.ids { columns: 300px; column-gap: 28px; padding: 2px 2px 16px 26px; font-size: 13px; line-height: 1.6; }
.ids li { break-inside: avoid; color: var(--soft); } .ids .bad { color: var(--bad); font-weight: 600; } .ids .soft { font-style: italic; }
.ids small { font-family: system-ui, sans-serif; font-size: 12.5px; font-weight: 400; font-style: normal; }
.facts { margin: 0 0 18px; } .facts div { display: grid; grid-template-columns: 190px 1fr; gap: 12px; padding: 8px 2px; border-bottom: 1px solid var(--line); }
.facts dt { color: var(--soft); font-size: 15px; } .facts dd { margin: 0; min-width: 0; }
#run .note { margin-top: 18px; }
@media (max-width: 900px) { .profiles { grid-template-columns: repeat(2, 1fr); } }
@media screen and (max-width: 560px) {
  main { padding: 30px 16px 56px; } section { margin-top: 40px; } h1 { font-size: 32px; } h2 { font-size: 23px; }
  .verdict { padding: 18px 20px 20px; } .verdict .word { font-size: 28px; } .profiles, .pair { grid-template-columns: 1fr; }
  .profiles li { grid-template-columns: 1fr auto; grid-row: auto; grid-template-rows: none; } .profiles .tag { margin: 0; }
  .profiles .what, .profiles li > div, .profiles .note { grid-column: 1 / -1; } .profiles .what { margin-top: 6px; } .profiles .score { margin-top: 10px; }
  .clause > summary { padding: 13px 16px; } .case { padding: 16px 16px 18px; } .clause > .note { padding: 0 16px 14px; }
  .area > summary { grid-template-columns: 12px 92px 1fr auto; gap: 10px; } .ids { columns: auto; padding-left: 22px; }
  .facts div { grid-template-columns: 1fr; gap: 1px; }
}
@media print {
  :root {
    color-scheme: light; --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --wash: #f4f4f4; --link: #000;
    --good: #17693f; --good-wash: #fff; --bad: #a3271f; --bad-wash: #fff; --warn: #85500a; --warn-wash: #fff;
    --bar-good: #2c8a5a; --bar-bad: #c8453b; --bar-known: #cf9a36; --bar-other: #8f99a8; --bar-none: #dcd9d0;
  }
  @page { margin: 16mm; }
  body { font-size: 9.5pt; line-height: 1.4; } main { max-width: none; padding: 0; } section { margin-top: 22px; }
  h1 { font-size: 24pt; } h2, .clause > summary h2 { font-size: 15pt; } .verdict { border: 1.5pt solid currentColor; padding: 10pt 14pt; } .verdict .word { font-size: 19pt; }
  .profiles { grid-template-columns: repeat(4, 1fr); gap: 8pt; } .profiles li, .case, .pair, .area > summary { break-inside: avoid; } .clause > summary { break-after: avoid; padding: 7pt 12pt; } .case { padding: 8pt 12pt 10pt; } .case h4, .clause > summary h3 { font-size: 10pt; }
  .profiles .what, .profiles .note, .note, .case .note, .pair small, pre, table, .legend { font-size: 8.5pt; } pre { padding: 5pt 8pt; } .pair { margin-top: 6pt; } .pair div { padding: 4pt 8pt; } nav, .index { display: none; } .profiles .score b { font-size: 15pt; }
  .pair div, .tag { border: 1px solid var(--line); } summary::before { content: none; }
  .area > summary { grid-template-columns: 90pt 1fr 70pt; padding: 4pt 0; } #run .area > summary { grid-template-columns: 1fr; }
  .ids { columns: 3; padding-left: 0; font-size: 7.5pt; } .ids small { font-size: 7.5pt; }
  /* Paper cannot be unfolded. */
  details.clause::details-content { content-visibility: visible; display: block; block-size: auto; }
  .bar, .legend li::before { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
`;
