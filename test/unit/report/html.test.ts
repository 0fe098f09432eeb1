import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ownPage } from '../../../src/local/sources.ts'
import { renderHtml } from '../../../src/report/html.ts'
import { escapeHtml, markup } from '../../../src/report/markup.ts'
import type { Report } from '../../../src/report/report.ts'
import { judge } from '../../../src/verify/judge.ts'
import type { Observations } from '../../../src/verify/observations.ts'
import { astray, observations, sessions, withSessions } from '../../support/socketio-observations.ts'

function page(seen: Observations, over: Partial<Report> = {}): string {
  const checks = judge(seen)
  return renderHtml(
    { schemaVersion: 1, verb: 'verify', outcome: 'done', steps: [], checks, next: [], tookMs: 1, ...over },
    seen,
    { at: Date.UTC(2026, 0, 31, 13, 55), version: '1.2.3' },
  )
}

describe('the page', () => {
  it('asks nothing of anybody: no scripts, no addresses to load from', () => {
    const html = page(observations())
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
    expect(html).not.toMatch(/<script|<link|<img|<iframe|\bsrc=|\bhref=|url\(|@import/i)
  })

  it('says when and by which version it was made, and can be told from pages of an app', () => {
    const html = page(observations())
    expect(html).toContain('2026-01-31 13:55 UTC')
    expect(html).toContain('version 1.2.3')
    expect(html).toMatch(ownPage)
  })

  it('says how long a silent socket was held when that is past the edge of the timeline', () => {
    const held = sessions('idle', ['chat-0'], { endMs: 35_012 })
    const html = page(observations({ sessions: withSessions(held) }))
    expect(html).toContain('Silent and busy socket, open past the right edge: until 35 s')
    expect(page(observations())).not.toContain('past the right edge')
  })

  it('says the verdict first', () => {
    expect(page(observations())).toContain('Verified: sessions stay whole</h1>')
    const lost = observations({
      sessions: withSessions(sessions('in-session.with-cookie', ['chat-0'], astray)),
    })
    expect(page(lost)).toContain('1 check failed</h1>')
  })

  it('shows every check with what was wanted, found, why and how to fix it', () => {
    const lost = observations({
      sessions: withSessions(sessions('in-session.with-cookie', ['chat-0'], astray)),
    })
    const html = page(lost)
    for (const check of judge(lost)) {
      for (const text of [check.id, check.title, check.wanted, check.found, check.why, check.hint]) {
        if (text !== undefined) expect(html).toContain(escapeHtml(text))
      }
    }
  })

  it('shows which rung serves a backend', () => {
    const html = page(observations(), { backends: { redis: { rung: 'embedded', label: 'embedded' } } })
    expect(html).toContain('<dt>redis</dt><dd>embedded</dd>')
  })

  it('has one bar for each request, with letter and words', () => {
    const seen = observations()
    const html = page(seen)
    const requests = seen.sessions.flatMap(session => session.requests)
    expect(html.match(/<g class=/g)).toHaveLength(requests.length)
    expect(html).toContain('TCP connection 1: handshake 200 by chat-0')
  })

  it('says what was not checked', () => {
    const html = page(observations())
    expect(html).toContain('What was not checked')
    expect(html).toContain('silent for longer than 3 s')
    expect(html).toContain('<strong>Messages between replicas</strong>: not set up')
  })

  it('survives without any session', () => {
    expect(page(observations({ sessions: [] }))).toContain('</html>')
  })

  it('lets no foreign text out of its place', () => {
    const evil = `"'><script>alert(1)</script><!-- ${'\u202e'}\u0000`
    const seen = observations(
      {
        sessions: withSessions(
          sessions('spread', [evil, 'b']),
          sessions('in-session.with-cookie', [evil], {
            ...astray,
            fault: { kind: 'answer', status: 400, message: evil },
            requests: [
              {
                kind: 'post',
                connection: 1,
                atMs: 1,
                tookMs: 1,
                answeredBy: evil,
                fault: { kind: 'answer', status: 400, message: evil },
              },
            ],
          }),
        ),
      },
      { url: evil },
    )
    const html = page(seen, { backends: { [evil]: { rung: 'url', label: evil } } })
    expect(html).not.toContain('<script')
    expect(html).not.toContain('\u202e')
    expect(html.match(/<!--/g)).toBeNull()
  })
})

describe('escaping', () => {
  it('leaves no character that could end an element or an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(escapeHtml(text)).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/)
      }),
    )
  })

  it('happens once, to values and not to markup', () => {
    expect(markup`<b>${'<'}${markup`<i>${'&'}</i>`}${[1, 'a"']}${undefined}</b>`.text).toBe(
      '<b>&lt;<i>&amp;</i>1a&quot;</b>',
    )
  })
})
