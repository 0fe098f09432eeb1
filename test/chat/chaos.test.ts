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
    const vitest = join(chatFolder, 'node_modules', 'vitest', 'vitest.mjs')
    const child = spawn(process.execPath, [vitest, 'run', '--mode', 'chaos'], {
      cwd: chatFolder,
      env: {
        ...process.env,
        MONGODB_URL: `mongodb://127.0.0.1:${mongo.port}`,
        CHAOS_PEOPLE: '12',
        CHAOS_PHASE_MS: '1500',
        // How fast the clients are back is for the run on a quiet machine to say.
        CHAOS_RECONNECT_MS: '20000',
      },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', chunk => {
        output += chunk
      })
    }
    const code = await new Promise<number | null>(resolve => child.once('close', resolve))
    await mongo.close()
    expect([code, code === 0 ? '' : output]).toEqual([0, ''])
    expect(entry(output, 'sent')).toBeGreaterThan(200)
    expect(entry(output, 'acked')).toBe(entry(output, 'sent'))
    for (const name of ['doubled', 'lost', 'reordered'])
      expect([name, entry(output, name)]).toEqual([name, 0])
  }, 180_000)
})
