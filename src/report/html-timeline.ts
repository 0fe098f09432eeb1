import { replicasSeen } from '../verify/evidence.ts'
import { describeFault } from '../verify/fault.ts'
import { tenth } from '../verify/latency.ts'
import type { Observations, Purpose, RequestRecord, SessionRecord } from '../verify/observations.ts'
import { type Markup, markup } from './markup.ts'

const groups: readonly (readonly [Purpose, string])[] = [
  ['handshake', 'First contact by polling'],
  ['websocket-only', 'First contact by WebSocket'],
  ['in-session.with-cookie', 'In a session, with its cookies'],
  ['in-session.without-cookie', 'In a session, without cookies'],
  ['in-session.one-cookie', 'In a session, with one cookie'],
  ['refresh', 'A page loaded again, cookies kept'],
  ['upgrade', 'Upgrade to WebSocket'],
  ['spread', 'Fresh clients'],
  ['idle', 'Silent and busy socket'],
]

const lane = 16
const heading = 26
const left = 46
const right = 1000
/** Of one bar, so that it can be seen and holds its letter. */
const narrowest = 11
/** A bar this wide has room for a letter and a sign. */
const roomy = 24

interface Scale {
  readonly letters: ReadonlyMap<string, number>
  /** Milliseconds at the right edge; the idle sockets go on beyond it. */
  readonly endMs: number
}

/** One lane a session, one bar a request, in the colour and with the letter of the replica that answered. */
export function renderTimeline(observations: Observations): Markup {
  const replicas = replicasSeen(observations)
  const active = observations.sessions.filter(session => session.purpose !== 'idle')
  const ends = active.flatMap(session => session.requests.map(request => request.atMs + request.tookMs))
  const scale = { letters: new Map(replicas.map((name, at) => [name, at])), endMs: Math.max(...ends, 1) }
  const parts: Markup[] = []
  let widest = right
  let top = 24
  for (const [purpose, title] of groups) {
    const sessions = observations.sessions.filter(session => session.purpose === purpose)
    if (sessions.length === 0) continue
    const beyond = Math.max(...sessions.map(session => session.endMs ?? 0))
    const cut = beyond > scale.endMs ? `, open past the right edge: until ${tenth(beyond / 1000)} s` : ''
    parts.push(markup`<text class="group" x="0" y="${top + 17}">${title}${cut}</text>\n`)
    top += heading
    for (const session of sessions) {
      const { lane: drawn, end } = renderLane(session, scale, top)
      parts.push(drawn)
      widest = Math.max(widest, end)
      top += lane
    }
  }
  return markup`<p>One lane is one session, one bar one request; read the letter for the replica. ${legend(replicas)}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Timeline of all sessions">
<svg class="timeline" viewBox="0 0 ${Math.ceil(widest) + 10} ${top + 8}" role="img" aria-label="${summary(observations)}">
${axis(scale.endMs, top)}${parts}</svg></div>
${renderTable(observations)}`
}

function legend(replicas: readonly string[]): Markup {
  const keys = replicas.map(
    (name, at) => markup`<span class="key"><b class="r${at % 7}">${letter(at)}</b> ${name}</span> `,
  )
  return markup`<span class="legend">${keys}<span class="key"><b class="lost">✕</b> refused or lost</span> <span class="key"><b class="unknown">?</b> replica not known</span></span>`
}

function letter(at: number): string {
  return at < 26 ? String.fromCharCode(65 + at) : String(at)
}

function x(ms: number, endMs: number): number {
  return tenth(left + (Math.min(ms, endMs) / endMs) * (right - left))
}

function axis(endMs: number, bottom: number): Markup {
  const rough = endMs / 6
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map(factor => factor * power).find(size => size >= rough) ?? rough
  const ticks = Array.from({ length: Math.floor(endMs / step) + 1 }, (_, at) => at * step)
  return markup`${ticks.map(
    ms => markup`<line class="tick" x1="${x(ms, endMs)}" x2="${x(ms, endMs)}" y1="18" y2="${bottom}"/><text class="tick" x="${x(ms, endMs)}" y="12">${tenth(ms)} ms</text>
`,
  )}`
}

function renderLane(session: SessionRecord, scale: Scale, top: number): { lane: Markup; end: number } {
  const first = session.requests[0]
  const stays = session.purpose === 'spread' || session.purpose === 'idle' || session.purpose === 'upgrade'
  const line =
    first !== undefined && stays && session.endMs !== undefined
      ? markup`<line class="open" x1="${x(first.atMs, scale.endMs)}" x2="${x(session.endMs, scale.endMs)}" y1="${top + lane / 2}" y2="${top + lane / 2}"/>`
      : undefined
  let free = 0
  const bars = session.requests.map(request => {
    const start = Math.max(x(request.atMs, scale.endMs), free)
    const end = Math.max(x(request.atMs + request.tookMs, scale.endMs), start + narrowest)
    free = end + 1
    return renderBar(session, request, scale, start, end, top)
  })
  const drawn = markup`<text class="lane" x="${left - 8}" y="${top + 12}">#${session.id}</text>${line}${bars}\n`
  return { lane: drawn, end: free }
}

function renderBar(
  session: SessionRecord,
  request: RequestRecord,
  scale: Scale,
  start: number,
  end: number,
  top: number,
): Markup {
  const lost = request.fault !== undefined
  const replica = lost ? request.answeredBy : (request.answeredBy ?? session.replica)
  const at = replica === undefined ? undefined : scale.letters.get(replica)
  const colour = at === undefined ? 'unknown' : `r${at % 7}`
  const who = at === undefined ? '?' : letter(at)
  const sign = lost ? (at !== undefined && end - start >= roomy ? `${who} ✕` : '✕') : who
  return markup`<g class="${colour}${lost ? ' lost' : ''}"><title>${describeRequest(session, request, replica)}</title><rect x="${start}" y="${top + 1}" width="${tenth(end - start)}" height="${lane - 2}" rx="3"/><text x="${tenth((start + end) / 2)}" y="${top + 12}">${sign}</text></g>`
}

function describeRequest(
  session: SessionRecord,
  request: RequestRecord,
  replica: string | undefined,
): string {
  const outcome = request.fault === undefined ? String(request.status ?? '') : describeFault(request.fault)
  const by = replica === undefined ? '' : ` by ${replica}`
  return `session ${session.id}, TCP connection ${request.connection}: ${request.kind} ${outcome}${by}, ${tenth(request.tookMs)} ms at ${tenth(request.atMs)} ms`
}

function summary(observations: Observations): string {
  const lost = observations.sessions
    .flatMap(session => session.requests)
    .filter(request => request.fault !== undefined)
  return `${observations.sessions.length} sessions; ${lost.length} requests refused or lost. The table below has the same in words.`
}

function renderTable(observations: Observations): Markup {
  return markup`<details><summary>The same as a table</summary><div class="scroll" tabindex="0" role="region" aria-label="Sessions as a table"><table>
<thead><tr><th scope="col" class="n">Session</th><th scope="col">Purpose</th><th scope="col">Issued by</th><th scope="col">Requests: answer and TCP connection</th></tr></thead>
<tbody>${observations.sessions.map(
    session => markup`<tr><td class="n">${session.id}</td><td>${session.purpose}${session.cookie === undefined ? '' : ` (${session.cookie})`}</td><td>${session.replica ?? '?'}</td><td>${session.requests.map(describeCell).join(', ')}</td></tr>
`,
  )}</tbody></table></div></details>`
}

function describeCell(request: RequestRecord): string {
  const outcome = request.fault === undefined ? (request.status ?? '') : describeFault(request.fault)
  const by = request.answeredBy === undefined ? '' : ` by ${request.answeredBy}`
  return `${request.kind} ${outcome}${by} #${request.connection}`
}
