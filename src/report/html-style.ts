/** The look of a report: black on white as on paper, light on dark where the reader prefers it. */
export const HTML_STYLE: string = `:root { color-scheme: light dark; --ink: #1b1f24; --soft: #5b6570; --rule: #c9d0d6; --paper: #fff; --shade: #f4f6f8;
  --good: #1a7f4b; --bad: #b3261e; --unsure: #9a6700; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ec; --soft: #9aa5b1; --rule: #3a434c; --paper: #14181c; --shade: #1d2329;
    --good: #4cc38a; --bad: #ff8f85; --unsure: #e0b048; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 Georgia, "Times New Roman", serif; }
main { max-width: 56rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
h1, h2, dt, th, table, figcaption, .note, .callout { font-family: Helvetica, Arial, sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1.25rem; }
h2 { font-size: 1.05rem; margin: 2.25rem 0 .6rem; break-after: avoid; }
p { margin: .6rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.25rem; margin: 0 0 1rem; }
dt { color: var(--soft); font-size: .88rem; line-height: 1.7; }
dd { margin: 0; overflow-wrap: anywhere; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: .84rem; line-height: 1.3; font-variant-numeric: tabular-nums; border-top: 1.5px solid var(--ink); border-bottom: 1.5px solid var(--ink); }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: .28rem .8rem; text-align: left; white-space: nowrap; }
th:first-child, td:first-child { padding-left: .2rem; }
th:last-child, td:last-child { padding-right: .2rem; }
thead th, thead td { border-bottom: 1px solid var(--ink); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 400; }
tbody tr:hover { background: var(--shade); }
.n { text-align: right; }
.note, figcaption { color: var(--soft); font-size: .82rem; margin: .45rem 0 0; }
figure { margin: 1rem 0 1.5rem; break-inside: avoid; }
figure svg { display: block; max-width: 100%; height: auto; }
pre { background: var(--shade); padding: .8rem 1rem; overflow-x: auto; font: .82rem/1.35 Menlo, Consolas, "DejaVu Sans Mono", monospace; }
ul { margin: .4rem 0; padding-left: 1.3rem; }
.callout { border-left: 4px solid var(--soft); background: var(--shade); padding: .7rem 1.1rem; margin: 1.25rem 0; font-size: .95rem; break-inside: avoid; }
.callout p { margin: 0; font-size: 1.1rem; }
.good { border-color: var(--good); } .good strong { color: var(--good); }
.bad { border-color: var(--bad); } .bad strong { color: var(--bad); }
.unsure { border-color: var(--unsure); } .unsure strong { color: var(--unsure); }
@media print {
  :root { --ink: #000; --soft: #444; --rule: #bbb; --paper: #fff; --shade: #f6f6f6; --good: #1a7f4b; --bad: #b3261e; --unsure: #9a6700; }
  body { font-size: 10.5pt; } main { max-width: none; padding: 0; } .table { overflow: visible; } table { break-inside: auto; } tr { break-inside: avoid; }
}`
