import type { Socket } from 'node:net'
import type { Accepted } from './caller.ts'
import { createDeadline, timeoutAt } from './deadline.ts'
import type { Door } from './door.ts'
import type { Reason } from './event.ts'
import { pump } from './pump.ts'
import type { Use } from './replica.ts'

/** How long the other direction may go on after one side has closed its own. */
const lastWordsMs = 5000

export interface Opening {
  readonly client: Socket
  /** Bytes that came along with the client's request. */
  readonly head: Buffer
  readonly path: string
  readonly accepted: Accepted
}

/** Bytes both ways between a client and the replica that accepted its WebSocket, until one of them or a rule ends it. */
export function tunnel(door: Door, { client, head, path, accepted }: Opening): void {
  const { replica, server, startedAt } = accepted
  const { name } = replica
  const life = { startedAt, lastByteAt: performance.now(), upgraded: true }
  const bytes = { up: head.length, down: accepted.head.length }
  let reason: Reason | undefined
  let over = false
  let lastWords: NodeJS.Timeout | undefined

  const end = (by: Reason) => {
    if (over) return
    over = true
    reason ??= by
    client.destroy()
    server.destroy()
    deadline.clear()
    clearTimeout(lastWords)
    replica.uses.delete(use)
    replica.openSockets -= 1
    door.totals.closed[reason] += 1
    door.emit?.({
      type: 'socket-closed',
      at: Date.now(),
      path,
      replica: name,
      ms: Math.round(performance.now() - startedAt),
      details: 'websocket_closed',
      reason,
      bytesUp: bytes.up,
      bytesDown: bytes.down,
      kind: door.settings().kind,
      timeout: door.settings().timeout,
    })
  }

  const carry = (from: Socket, to: Socket, by: 'client' | 'replica') => {
    const direction = by === 'client' ? 'up' : 'down'
    pump(from, to, count => {
      life.lastByteAt = performance.now()
      bytes[direction] += count
    })
    // One side has said its last word: what is on the way to the other still arrives.
    const finish = () => {
      reason ??= by
      lastWords ??= setTimeout(() => end(by), lastWordsMs)
      to.end()
    }
    from.on('end', finish)
    from.on('close', () => {
      finish()
      if (to.writableFinished || to.destroyed) end(by)
      else to.once('finish', () => end(by))
    })
    from.on('error', () => end(by))
  }

  const use: Use = { cut: end, rearm: () => deadline.rearm() }
  const deadline = createDeadline(
    () => timeoutAt(door.settings(), life),
    () => end('timeout'),
  )
  replica.uses.add(use)
  replica.openSockets += 1
  door.totals.sockets += 1
  const ms = Math.round(performance.now() - startedAt)
  door.emit?.({ type: 'socket-opened', at: Date.now(), path, replica: name, ms })

  carry(client, server, 'client')
  carry(server, client, 'replica')
  client.write(switchingProtocols(accepted))
  client.write(accepted.head)
  server.write(head)
}

function switchingProtocols({ headers, statusMessage }: Accepted): string {
  let text = `HTTP/1.1 101 ${statusMessage}\r\n`
  for (let index = 0; index < headers.length; index += 2)
    text += `${headers[index]}: ${headers[index + 1]}\r\n`
  return `${text}\r\n`
}
