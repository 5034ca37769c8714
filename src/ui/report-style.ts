/** How a report looks: on a phone, in print, in the dark. Nothing comes from elsewhere. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--ground:#fff;--card:#f6f7f9;--text:#1b1f24;--dim:#59636e;--line:#d5dbe1;--accent:#0b57a4;--pass:#176117;--fail:#a40000;--warn:#7a4b00;--bar:#4a7fb5;--box:#eef4ff;--zone:#f7f7f2}
@media (prefers-color-scheme:dark){:root{--ground:#12161b;--card:#1b2128;--text:#e4e9ee;--dim:#9aa7b4;--line:#36404a;--accent:#82b7f0;--pass:#79cf7d;--fail:#ff8f87;--warn:#eec06d;--bar:#5f97cf;--box:#1d2c40;--zone:#20262d}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:68rem;padding:1rem 1rem 4rem;background:var(--ground);color:var(--text);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.7rem;line-height:1.2;margin:.5rem 0 .2rem}
h2{font-size:1.25rem;margin:2.2rem 0 .6rem;padding-top:.6rem;border-top:1px solid var(--line)}
h3{font-size:1.02rem;margin:1.4rem 0 .4rem}
p{margin:.4rem 0}
a{color:var(--accent)}
code,pre{font-family:ui-monospace,monospace;font-size:.86em}
pre{background:var(--card);border:1px solid var(--line);border-radius:6px;margin:.3rem 0;padding:.4rem .6rem;white-space:pre-wrap}
.dim{color:var(--dim)}
.verdict{font-size:1.1rem;font-weight:600}
nav{margin:.8rem 0;display:flex;flex-wrap:wrap;gap:.3rem 1.1rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.4rem 0}
dt{color:var(--dim)}
dd{margin:0}
ul,ol{margin:.3rem 0;padding-left:1.4rem}
.checks{list-style:none;padding:0}
.checks>li{display:grid;grid-template-columns:6.6rem 1fr;gap:0 .7rem;padding:.28rem 0;border-bottom:1px solid var(--line);break-inside:avoid}
.checks p{margin:0}
.word{font-weight:600;white-space:nowrap}
.pass{color:var(--pass)}.fail{color:var(--fail)}.warn,.unknown{color:var(--warn)}.skip,.ignored{color:var(--dim)}
.bars{list-style:none;padding:0}
.bars li{display:grid;grid-template-columns:minmax(9rem,17rem) 1fr 4.4rem;gap:0 .7rem;align-items:center;padding:.16rem 0;break-inside:avoid}
.bars .step{font-size:.88rem;color:var(--dim)}
.bars .step .name{padding-left:1rem}
.track{position:relative;height:.85rem;background:var(--card);border:1px solid var(--line);border-radius:3px}
.track span{position:absolute;top:0;bottom:0;min-width:2px;background:var(--bar);border-radius:2px}
.track .failed,.track .killed,.track .interrupted{background:var(--fail)}
.took{text-align:right;white-space:nowrap}
table{border-collapse:collapse;width:100%;font-size:.94rem;overflow-wrap:break-word}
th,td{text-align:left;vertical-align:top;padding:.28rem .8rem .28rem 0;border-bottom:1px solid var(--line)}
th{color:var(--dim);font-weight:600}
.picture{overflow-x:auto}
.picture svg{height:auto;max-width:100%;min-width:44rem}
.picture rect[fill="#fff"]{fill:var(--ground)}
.picture rect[fill="#eef4ff"]{fill:var(--box)}
.picture rect[fill="#f7f7f2"]{fill:var(--zone)}
.picture text{fill:var(--text)}
.pitfall{border:1px solid var(--line);border-left:4px solid var(--warn);border-radius:6px;margin:.7rem 0;padding:.4rem .9rem;break-inside:avoid}
@media (max-width:40rem){body{padding:.6rem .8rem 3rem}.bars li{grid-template-columns:1fr 4.4rem}.bars .track{grid-column:1/3;grid-row:2}.checks>li{grid-template-columns:1fr}table{font-size:.82rem}}
@media print{:root{color-scheme:light;--ground:#fff;--card:#f6f7f9;--text:#000;--dim:#444;--line:#bbb;--accent:#000;--pass:#0d4a0d;--fail:#8a0000;--warn:#5c3900;--box:#eef4ff;--zone:#f7f7f2}body{max-width:none;padding:0;font-size:10.5pt}nav{display:none}h2,h3{break-after:avoid}.picture{overflow:visible}.picture svg{min-width:0;width:100%}.track span{print-color-adjust:exact;-webkit-print-color-adjust:exact}@page{margin:15mm}}
`.trim()
