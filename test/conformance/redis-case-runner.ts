import { splitInline } from '../../src/local/redis/inline.ts'
import type { RedisCase } from './redis-case.ts'
import { normalized } from './redis-replies.ts'
import type { RedisTarget } from './redis-targets.ts'
import { type Decoded, RespClient } from './resp-client.ts'

const stepForm = /^(?:([a-z])(:| <| >) ?)?([\s\S]*)$/

/** Runs the steps one after the other and returns a line for each: what was done and what came back. */
export async function runCase({ steps }: RedisCase, target: RedisTarget, resp: string): Promise<string[]> {
  const clients = new Map<string, RespClient>()
  const lines: string[] = []
  const client = async (name: string): Promise<RespClient> => {
    const known = clients.get(name)
    if (known !== undefined) return known
    const opened = await openClient(target, resp)
    clients.set(name, opened)
    return opened
  }
  try {
    await (await client('a')).command('FLUSHALL')
    for (const step of steps) {
      const [, name = 'a', mode = ':', text = ''] = stepForm.exec(step) ?? []
      const words = splitInline(text) ?? []
      const chosen = await client(name)
      if (mode !== ' <') chosen.send(words)
      lines.push(mode === ' >' ? step : `${step} -> ${normalized(words, await chosen.receive())}`)
    }
    for (const [name, chosen] of clients) {
      chosen.send(['PING', 'end'])
      lines.push(`${name} ends -> ${normalized([], await chosen.receive())}`)
    }
    return lines
  } finally {
    for (const opened of clients.values()) opened.close()
  }
}

async function openClient(target: RedisTarget, resp: string): Promise<RespClient> {
  const opened = await RespClient.open(target.port, target.host)
  const auth = target.password === undefined ? [] : ['AUTH', 'default', target.password]
  const reply: Decoded = await opened.command('HELLO', resp, ...auth)
  if (reply.mark === '-') throw new Error(`HELLO was refused: ${reply.value}`)
  return opened
}
