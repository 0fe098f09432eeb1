import type { IncomingMessage } from 'node:http'
import type { Config } from './config.ts'
import type { Metrics } from './metrics.ts'
import { originAllowed } from './origin.ts'
import type { Sessions } from './session.ts'
import type { SparseLog } from './sparse-log.ts'
import type { ChatSocket, Clock, User } from './types.ts'

export interface DoorOptions {
  sessions: Sessions
  config: Config
  clock: Clock
  metrics: Metrics
  strangers: SparseLog
  connections: () => number
  closing: () => boolean
}

/** Who is let in: first a connection, then the person on it. */
export function createDoor(options: DoorOptions) {
  const { sessions, config, clock, metrics, strangers, connections, closing } = options
  /** Asked about, whatever the answer was or will be. */
  const asked = new WeakSet<object>()

  return {
    /** For Socket.IO's `allowRequest`. */
    admit(request: IncomingMessage, decide: (refused: string | undefined, admitted: boolean) => void): void {
      const reason = closing() ? 'draining' : connections() >= config.maxConnections ? 'full' : undefined
      const refused = reason ?? (originAllowed(request, config.origins) ? undefined : 'origin')
      if (refused !== undefined) {
        metrics.handshakeRefused(refused)
        const origin = request.headers.origin?.slice(0, 100)
        strangers.note(refused, 'refused a connection', { reason: refused, origin })
      }
      decide(refused, refused === undefined)
    },

    /** For `io.use`. Never rejects: Socket.IO has nobody to tell, and it would end the process. */
    async greet(socket: ChatSocket, next: (error?: Error) => void): Promise<void> {
      const { conn, handshake } = socket
      // One connection, one person, one question: who asks again would have a new rate and a new lookup each time, and
      // two who are asked about at the same time would both be in.
      if (asked.has(conn)) {
        metrics.handshakeRefused('again')
        conn.close(true)
        return
      }
      asked.add(conn)
      let user: User | undefined
      try {
        user = await sessions.authenticate(handshake.headers, handshake.auth, clock.now())
      } catch (error) {
        metrics.handshakeRefused('unavailable')
        strangers.note('login', 'who connects could not be told', { error }, 'error')
        return next(new Error('unavailable'))
      }
      if (user === undefined) {
        metrics.handshakeRefused('auth')
        return next(new Error('name-needed'))
      }
      socket.data = { user, tokens: config.eventBurst, tokensAt: clock.now(), open: 0, strikes: 0 }
      next()
    },
  }
}
