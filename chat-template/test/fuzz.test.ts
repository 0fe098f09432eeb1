import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { packets } from './fuzz.ts'
import { talkAsBefore, until } from './person.ts'
import { type Raw, raw } from './raw.ts'
import { startReplica } from './replica.ts'

/** 100,000 unless FUZZ_PACKETS says otherwise; FUZZ_SEED repeats a run. */
const count = Number(process.env.FUZZ_PACKETS ?? 100_000)
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000)

describe('a client that nobody would write', () => {
  it(`sends ${count} packets of nonsense (FUZZ_SEED=${seed}) and the server stays as it was`, async () => {
    process.stdout.write(`fuzzing with FUZZ_SEED=${seed}\n`)
    const replica = await startReplica({
      config: { eventsPerSecond: 1_000_000, eventBurst: 1_000_000, logLevel: 'silent' },
    })
    const stream = packets(seed)
    const before = process.memoryUsage.rss()
    let sent = 0
    // What came as far as the handlers: without these it would have shown nothing.
    const refusals = () => {
      const counts = replica.metrics.text().matchAll(/chat_events_refused_total\{reason="[\w-]+"\} (\d+)/g)
      return [...counts].reduce((sum, [, times]) => sum + Number(times), 0)
    }
    const attack = async () => {
      let wild: Raw | undefined
      while (sent < count || (sent < 4 * count && refusals() < count / 10)) {
        if (wild === undefined || wild.closed()) {
          wild = await raw(replica.url)
          const fresh = wild
          fresh?.text('40{"name":"Eve"}')
          await until(
            'it is in',
            () => fresh === undefined || fresh.closed() || fresh.received().includes('hostname'),
          )
        }
        for (let at = 0; at < 10 && wild !== undefined && !wild.closed(); at++, sent++) {
          const packet = stream.next().value
          if (typeof packet === 'string') wild.text(packet)
          else wild.binary(packet)
        }
        await sleep(0)
      }
      wild?.close()
    }
    const attackers = Promise.all(Array.from({ length: 8 }, attack))
    for (const part of [1, 2, 3]) {
      await until(`part ${part} is sent`, () => sent >= (count * part) / 4, 120_000)
      await talkAsBefore(replica.url)
    }
    await attackers
    await talkAsBefore(replica.url)
    expect(replica.lines.filter(line => line.error === 'internal')).toEqual([])
    expect(refusals()).toBeGreaterThanOrEqual(count / 10)
    expect(process.memoryUsage.rss() - before).toBeLessThan(300_000_000)
    await replica.stop()
  }, 170_000)
})
