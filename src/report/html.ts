import { count, replicasSeen } from '../verify/evidence.ts'
import { describeMechanism, findMechanism } from '../verify/mechanism.ts'
import type { Observations } from '../verify/observations.ts'
import { renderLatency } from './html-latency.ts'
import { style } from './html-style.ts'
import { renderTimeline } from './html-timeline.ts'
import { type Content, Markup, markup } from './markup.ts'
import type { Check, Report } from './report.ts'

const words: Readonly<Record<Check['status'], string>> = {
  pass: 'Pass',
  warn: 'Warning',
  fail: 'Fail',
  skip: 'Not checked',
}
const signs: Readonly<Record<Check['status'], string>> = { pass: '✓', warn: '!', fail: '✕', skip: '–' }

/** When and by which version the page was made. */
export interface Made {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly version: string
}

/** One page without scripts and without anything from elsewhere: the checks, a timeline, latencies, what was done. */
export function renderHtml(report: Report, observations: Observations, made: Made): string {
  const { checks } = report
  const failed = checks.filter(check => check.status === 'fail').length
  const warned = checks.filter(check => check.status === 'warn').length
  const verdict = describeVerdict(failed, warned, observations)
  const tone = failed > 0 ? 'fail' : warned > 0 ? 'warn' : 'pass'
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="rtdeploy ${made.version}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>${verdict} · ${observations.target.url}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<header class="${tone}">
<p class="brand">rtdeploy verify</p>
<h1><span class="sign" aria-hidden="true">${signs[tone]}</span> ${verdict}</h1>
<p class="target"><code>${observations.target.url}${observations.target.socketPath}</code> · ${dateOf(made.at)}</p>
${renderFacts(report, observations)}
</header>
<main>
<section aria-labelledby="checks"><h2 id="checks">Checks</h2>
<ul class="checks">${checks.map(renderCheck)}</ul></section>
<section aria-labelledby="timeline"><h2 id="timeline">Which replica answered</h2>
${renderTimeline(observations)}</section>
<section aria-labelledby="latency"><h2 id="latency">Latency</h2>
${renderLatency(observations)}</section>
${renderMethod(checks, observations)}
</main>
<footer><p>Measured by <code>rtdeploy verify</code> (version ${made.version}) from one machine on ${dateOf(made.at)}, in ${seconds(observations.tookMs)}.</p></footer>
</body>
</html>
`
  return page.text
}

function describeVerdict(failed: number, warned: number, observations: Observations): string {
  if (failed > 0) return `${count(failed, 'check')} failed`
  if (warned > 0) return `Works, with ${count(warned, 'warning')}`
  const seen = replicasSeen(observations).length
  return seen > 1
    ? 'Verified: sessions stay whole'
    : `No fault found, with ${seen === 1 ? 'one replica' : 'nameless replicas'}`
}

function renderFacts(report: Report, observations: Observations): Markup {
  const replicas = replicasSeen(observations)
  const facts: [string, Content][] = [
    ['Sessions kept together by', describeMechanism(findMechanism(observations))],
    ['Replicas seen', replicas.length === 0 ? 'without names' : replicas.join(', ')],
    ...Object.entries(report.backends ?? {}).map(([name, use]): [string, Content] => [
      name,
      use.label === use.rung ? use.rung : `${use.label} (${use.rung})`,
    ]),
    ['Sessions', observations.sessions.length],
    ['TCP connections', observations.connections],
  ]
  return markup`<dl class="facts">${facts.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}

function renderCheck(check: Check): Markup {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['wanted', check.wanted],
    ['found', check.found],
    ['why', check.why],
    ['fix', check.hint],
  ]
  return markup`<li class="check ${check.status}">
<span class="chip"><span aria-hidden="true">${signs[check.status]}</span> ${words[check.status]}</span>
<div><h3>${check.title} <code>${check.id}</code></h3>
<dl>${rows.map(([name, text]) => (text === undefined ? '' : markup`<dt>${name}</dt><dd>${text}</dd>`))}</dl></div>
</li>
`
}

function renderMethod(checks: readonly Check[], observations: Observations): Markup {
  const skipped = checks.filter(check => check.status === 'skip')
  const { idleSec } = observations.wanted
  return markup`<section aria-labelledby="how"><h2 id="how">How it was checked</h2>
<p>The rule underneath: <strong>every request of one session must reach the replica that issued the session.</strong>
A host name that stays the same is what people see of it; the session id is what the servers go by.</p>
<ul>
<li>Every request of a session rides on another TCP connection than the requests before it, so a balancer that keeps a connection on one replica does not pass for one that keeps a session there.</li>
<li>Sessions run side by side and pause for random times, so taking turns does not look like affinity.</li>
<li>Each session runs with its cookies and without, which shows what holds it together.</li>
<li>Upgrades open a new connection, as browsers do. A request that went astray is never tried again; only a message between replicas gets a second chance, and the check says so.</li>
</ul></section>
<section aria-labelledby="not"><h2 id="not">What was not checked</h2>
<ul>
${skipped.map(check => markup`<li><strong>${check.title}</strong>: ${check.found}${check.why === undefined ? '' : `; ${check.why}`}</li>\n`)}<li>Sockets that are silent for longer than ${idleSec} s.</li>
<li>Rollouts, the loss of a replica or of a backend, and load.</li>
<li>Clients elsewhere: everything here was seen from one machine and one network.</li>
</ul></section>`
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`
}

/** `2026-01-31 13:55 UTC`. */
function dateOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
