/** Seven fills for replicas that stay apart for colour-blind eyes (after Okabe and Ito), all with black letters. */
export const style = `
:root{color-scheme:light dark;--bg:#fbfbfa;--card:#fff;--ink:#1c1d1f;--soft:#5a5e66;--line:#dfe1e5;--pass:#116b3a;--warn:#7a4f00;--fail:#b3191f;--skip:#565b66;
--passbg:#e5f5ea;--warnbg:#fdf1d3;--failbg:#fde8e6;--skipbg:#eef0f3}
@media (prefers-color-scheme:dark){:root{--bg:#131417;--card:#1b1d21;--ink:#e9eaec;--soft:#a5aab4;--line:#32353c;--pass:#6fd69a;--warn:#f0c265;--fail:#ff8f88;--skip:#a9aeb9;
--passbg:#12291c;--warnbg:#2e240c;--failbg:#341715;--skipbg:#24262c}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
header,main,footer{max-width:68rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}
h1{font-size:clamp(1.6rem,5vw,2.4rem);line-height:1.15;margin:.2rem 0 .4rem;letter-spacing:-.02em}
h2{font-size:1.25rem;margin:2.75rem 0 .75rem;letter-spacing:-.01em}
h3{font-size:1rem;margin:0}
code{font:.875em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
h3 code{color:var(--soft);font-weight:400;margin-left:.35rem;white-space:nowrap}
.brand{margin:0;color:var(--soft);font-weight:600}
.target{margin:0 0 1.25rem;color:var(--soft)}
.sign{display:inline-grid;place-items:center;width:1.3em;height:1.3em;border-radius:50%;font-size:.75em;vertical-align:.12em}
header.pass .sign,.pass .chip{background:var(--passbg);color:var(--pass)}
header.warn .sign,.warn .chip{background:var(--warnbg);color:var(--warn)}
header.fail .sign,.fail .chip{background:var(--failbg);color:var(--fail)}
.skip .chip{background:var(--skipbg);color:var(--skip)}
.facts{display:flex;flex-wrap:wrap;gap:.75rem 2rem;margin:0;padding:1rem 0;border-block:1px solid var(--line)}
.facts dt{color:var(--soft);font-size:.8125rem}
.facts dd{margin:0;font-weight:600;overflow-wrap:anywhere}
.checks{list-style:none;margin:0;padding:0;display:grid;gap:.6rem}
.check{display:grid;grid-template-columns:8rem 1fr;gap:.25rem 1rem;padding:.9rem 1.1rem;background:var(--card);border:1px solid var(--line);border-radius:.6rem;break-inside:avoid}
.check.fail{border-color:var(--fail)}
.chip{justify-self:start;align-self:start;padding:.05rem .6rem;border-radius:1rem;font-size:.8125rem;font-weight:600;white-space:nowrap}
.check dl{display:grid;grid-template-columns:4rem 1fr;gap:.1rem .75rem;margin:.35rem 0 0;font-size:.9375rem}
.check dt{color:var(--soft)}
.check dd{margin:0;overflow-wrap:anywhere}
.scroll{position:relative;overflow-x:auto;border:1px solid var(--line);border-radius:.6rem;background:var(--card)}
.scroll:focus-visible,summary:focus-visible{outline:2px solid var(--ink);outline-offset:2px}
.timeline{display:block;min-width:52rem;width:100%;padding:.6rem .8rem;font:10px system-ui,sans-serif}
.timeline text{fill:var(--ink)}
.timeline .group{font-size:13px;font-weight:600}
.timeline .lane{fill:var(--soft);text-anchor:end;font-size:9px}
.timeline text.tick{fill:var(--soft);text-anchor:middle}
.timeline line.tick{stroke:var(--line)}
.timeline line.open{stroke:var(--soft);stroke-width:1.5;stroke-dasharray:2 3}
.timeline g text{fill:#000;text-anchor:middle;font-weight:600}
.timeline g.unknown rect{fill:var(--skipbg);stroke:var(--soft)}
.timeline g.unknown text{fill:var(--ink)}
.timeline g.lost rect{stroke:var(--fail);stroke-width:2}
.timeline g.lost.unknown text{fill:var(--fail)}
.r0 rect{fill:#e69f00}.r1 rect{fill:#56b4e9}.r2 rect{fill:#2bb58b}.r3 rect{fill:#f0e442}.r4 rect{fill:#cc79a7}.r5 rect{fill:#8fa8f0}.r6 rect{fill:#b8b8b8}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin-top:.35rem}
.key{min-width:0;overflow-wrap:anywhere}
.key b{display:inline-block;min-width:1.35em;padding:0 .25em;border-radius:.25em;text-align:center;color:#000}
b.r0{background:#e69f00}b.r1{background:#56b4e9}b.r2{background:#2bb58b}b.r3{background:#f0e442}b.r4{background:#cc79a7}b.r5{background:#8fa8f0}b.r6{background:#b8b8b8}
.key b.lost{color:var(--fail);box-shadow:inset 0 0 0 2px var(--fail)}
.key b.unknown{color:var(--ink);background:var(--skipbg);box-shadow:inset 0 0 0 1px var(--soft)}
table{border-collapse:collapse;width:100%;font-size:.9375rem}
th,td{padding:.45rem .9rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
tbody tr:last-child>*{border-bottom:0}
thead th{color:var(--soft);font-weight:600;font-size:.8125rem}
tbody th{font-weight:500}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td .bar{vertical-align:middle}
.bar .p95{fill:var(--line)}.bar .p50{fill:var(--pass)}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
details{margin-top:.75rem}
summary{cursor:pointer;color:var(--soft)}
details .scroll{margin-top:.5rem}
details table{font-size:.8125rem}
li{margin:.2rem 0}
footer{color:var(--soft);padding-block:2.5rem;font-size:.875rem}
@media (max-width:40rem){.check{grid-template-columns:1fr}.check dl{grid-template-columns:1fr}.check dt{margin-top:.3rem;font-size:.8125rem}h3 code{display:block;margin:0}}
@media print{body{background:#fff;font-size:11pt}.scroll{overflow:visible;border:0}.timeline{min-width:0}details{display:none}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`
