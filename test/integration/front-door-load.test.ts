import { Agent, request as ask } from 'node:http'
import { connect } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createWorld, get, raw } from '../support/front-door.ts'
import { startReplicaProcess } from '../support/replica-process.ts'
import { until } from '../support/until.ts'

const world = createWorld()
afterEach(() => world.close())

const hundredMb = 100 * 1024 * 1024
const mb = 1024 * 1024

/** Highest memory of this process, where the front door runs, while something happens. */
async function peakOf(work: () => Promise<unknown>): Promise<number> {
  let peak = 0
  const look = () => {
    peak = Math.max(peak, process.memoryUsage().rss)
  }
  look()
  const before = peak
  const timer = setInterval(look, 5)
  await work()
  look()
  clearInterval(timer)
  return peak - before
}

const upload = (url: string) =>
  new Promise<string>((resolve, reject) => {
    const asked = ask(url, { method: 'POST', agent: false }, answer => {
      let text = ''
      answer.on('data', chunk => {
        text += chunk
      })
      answer.on('end', () => resolve(text))
    })
    asked.on('error', reject)
    const piece = Buffer.alloc(65536, 'u')
    let left = hundredMb
    const more = () => {
      while (left > 0) {
        left -= piece.length
        if (!asked.write(piece)) return asked.once('drain', more)
      }
      return asked.end()
    }
    more()
  })

const download = (url: string, slowly: boolean) =>
  new Promise<number>((resolve, reject) => {
    const asked = ask(url, { agent: false }, answer => {
      let bytes = 0
      answer.on('data', chunk => {
        bytes += chunk.length
        if (!slowly || bytes > 8 * mb) return
        answer.pause()
        setTimeout(() => answer.resume(), 2)
      })
      answer.on('end', () => resolve(bytes))
      answer.on('error', reject)
    })
    asked.on('error', reject)
    asked.end()
  })

describe('the front door under load', () => {
  it('streams 100 MB up and down, also to a slow reader, without keeping it', async () => {
    const replica = await startReplicaProcess('a')
    world.defer(replica.kill)
    const door = await world.door({ timeout: 300 }, [replica])
    const grown = await peakOf(async () => {
      expect(await upload(`${door.url}/upload`)).toBe(String(hundredMb))
      expect(await download(`${door.url}/download?bytes=${hundredMb}`, false)).toBe(hundredMb)
      expect(await download(`${door.url}/download?bytes=${hundredMb}`, true)).toBe(hundredMb)
    })
    // Client and front door share this process, and pieces wait for the garbage collector.
    expect(grown).toBeLessThan(90 * mb)
  }, 120_000)

  it('serves thousands of requests over kept connections, each by the replica its cookie names', async () => {
    const replicas = await Promise.all(['a', 'b', 'c'].map(name => startReplicaProcess(name)))
    for (const { kill } of replicas) world.defer(kill)
    const door = await world.door({ kind: 'classic', affinity: 'cookie' }, replicas)
    const agent = new Agent({ keepAlive: true, maxSockets: 20 })
    world.defer(() => agent.destroy())
    const one = (cookie: string) =>
      new Promise<{ body: string; cookies: string[] }>((resolve, reject) => {
        const asked = ask(door.url, { agent, headers: cookie === '' ? {} : { cookie } }, async answer => {
          let body = ''
          for await (const chunk of answer) body += chunk
          resolve({ body, cookies: answer.headers['set-cookie'] ?? [] })
        })
        asked.on('error', reject)
        asked.end()
      })
    const client = async () => {
      const first = await one('')
      const cookie = first.cookies[0]?.split(';')[0] ?? ''
      for (let turn = 0; turn < 150; turn++) {
        const next = await one(cookie)
        if (next.body !== first.body || next.cookies.length > 0)
          throw new Error(`left ${first.body} for ${next.body}`)
      }
      return first.body
    }
    const served = await Promise.all(Array.from({ length: 21 }, client))
    expect(new Set(served)).toEqual(new Set(['a', 'b', 'c']))
    await until('all are counted', () => door.status().totals.requests === 21 * 151)
    expect(door.status().totals.errors).toBe(0)
    expect(door.status().connections).toBeLessThanOrEqual(20)
  }, 120_000)

  it('opens few connections to a replica for many requests, and closes them with the door', async () => {
    let connections = 0
    const replica = await world.replica('a')
    replica.server.on('connection', () => {
      connections += 1
    })
    const door = await world.door({}, [replica], { checkEveryMs: 60_000 })
    const before = connections
    for (let turn = 0; turn < 50; turn++) expect((await get(door.url)).status).toBe(200)
    expect(connections - before).toBe(1)
    await door.close()
    await until('they are closed', async () => {
      const open = await new Promise<number>(resolve =>
        replica.server.getConnections((_error, count) => resolve(count)),
      )
      return open === 0
    })
  })
})

describe('the front door and clients that misbehave', () => {
  it('closes a connection whose head never ends, with 408, and serves others meanwhile', async () => {
    const door = await world.door({}, [await world.replica('a')], { headersTimeoutMs: 300 })
    const slow = connect(door.port, '127.0.0.1')
    let got = ''
    let closed = false
    slow.on('data', chunk => {
      got += chunk
    })
    slow.on('error', () => slow.destroy())
    slow.on('close', () => {
      closed = true
    })
    slow.write('GET / HTTP/1.1\r\nHost: test\r\n')
    const timer = setInterval(() => slow.writable && slow.write('X-Drip: 1\r\n'), 50)
    world.defer(() => clearInterval(timer))
    expect((await get(door.url)).status).toBe(200)
    await until('closed', () => closed)
    expect(got).toMatch(/^HTTP\/1\.1 408 /)
    expect((await get(door.url)).status).toBe(200)
  })

  it.each([
    ['two Host lines', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd'],
    ['a length that is none', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x4\r\n\r\nabcd'],
    ['chunked not last', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n'],
    [
      'a coding under the chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a tab in the target', 'GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a space before the colon', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 4\r\n\r\nabcd'],
    ['a bare line feed', 'GET / HTTP/1.1\nHost: a\nX: y\n\n'],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: a\r\n X-Smuggled: 1\r\n\r\n'],
    ['TLS', Buffer.from('16030100c8010000c4030300', 'hex')],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n'],
  ])('refuses %s without telling a replica', async (_what, text) => {
    let asked = 0
    const door = await world.door({}, [
      await world.replica('a', (_request, response) => {
        asked += 1
        response.end()
      }),
    ])
    expect(await raw(door.port, text)).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(asked).toBe(0)
    expect((await get(door.url)).status).toBe(200)
  })

  it('survives any bytes', async () => {
    const door = await world.door({ timeout: 1 }, [await world.replica('a')], { headersTimeoutMs: 200 })
    const line = fc.constantFrom(
      'GET / HTTP/1.1',
      'Host: t',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Transfer-Encoding: chunked',
      'Content-Length: 3',
      '',
      'ff',
      '0',
    )
    const text = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes)),
      fc
        .array(line, { maxLength: 8 })
        .map(lines => Buffer.from(`GET / HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)),
    )
    await fc.assert(
      fc.asyncProperty(text, async bytes => {
        const socket = connect(door.port, '127.0.0.1')
        await new Promise<void>(resolve => {
          socket.on('error', () => resolve())
          socket.on('close', () => resolve())
          socket.on('data', () => socket.destroy())
          socket.end(bytes)
        })
      }),
      { numRuns: 150 },
    )
    expect((await get(door.url)).status).toBe(200)
    await until('nothing is left over', () => door.status().connections === 0)
    await until('nor at the replica', () => door.status().replicas[0]?.openRequests === 0)
  }, 120_000)
})
