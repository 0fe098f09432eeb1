import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startEmbeddedMongo } from '../../src/local/mongo/server.ts'
import { optional } from '../support/needs.ts'
import { builtChat, chatFolder } from './built-chat.ts'

const redisServer = optional('redis-server')

/** The ledger's number under this name. */
function entry(output: string, name: string): number {
  const found = output.match(new RegExp(`^ +${name} +(\\d+)`, 'm'))?.[1]
  if (found === undefined) throw new Error(`no ${name} in the ledger:\n${output}`)
  return Number(found)
}

describe.skipIf(redisServer === undefined)("the chat's fault run", () => {
  it('ends with a ledger in which nothing is lost, doubled or reordered', async () => {
    await builtChat()
    const mongo = await startEmbeddedMongo({ port: 0 })
    const { code, output } = await chaos({
      MONGODB_URL: `mongodb://127.0.0.1:${mongo.port}`,
      CHAOS_PEOPLE: '12',
      CHAOS_PHASE_MS: '1500',
      // The promise of 2 s is for a machine with nothing else to do. This is the page's longest pause: who found no
      // replica four times in a row is over it, and so is who waits for a ping to time out.
      CHAOS_RECONNECT_MS: '5000',
    })
    await mongo.close()
    expect([code, code === 0 ? '' : output]).toEqual([0, ''])
    expect(entry(output, 'sent')).toBeGreaterThan(200)
    expect(entry(output, 'acked') + entry(output, 'told')).toBe(entry(output, 'sent'))
    expect(entry(output, 'acked')).toBeGreaterThan(entry(output, 'sent') * 0.8)
    for (const name of ['doubled', 'lost', 'reordered'])
      expect([name, entry(output, name)]).toEqual([name, 0])
  }, 240_000)

  it('says what is missing and fails without a MongoDB', async () => {
    const { code, output } = await chaos({ MONGODB_URL: '' })
    expect([code, output]).toEqual([1, expect.stringContaining('This run needs MONGODB_URL.')])
  }, 60_000)
})

async function chaos(more: Record<string, string>) {
  const vitest = join(chatFolder, 'node_modules', 'vitest', 'vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', '--mode', 'chaos'], {
    cwd: chatFolder,
    env: { ...process.env, ...more },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      output += chunk
    })
  }
  const code = await new Promise<number | null>(resolve => child.once('close', resolve))
  return { code, output }
}
