import { randomUUID } from 'node:crypto'
import type { Server as HttpServer } from 'node:http'
import { Server } from 'socket.io'
import { limits } from '../shared/limits.ts'
import type { Replication } from './adapter.ts'
import { Allowance } from './allowance.ts'
import { createBus } from './bus.ts'
import { Committer } from './commit.ts'
import type { Config } from './config.ts'
import type { Context } from './context.ts'
import { createDispatch, mostStrikes } from './dispatch.ts'
import { createDoor } from './door.ts'
import { drain } from './drain.ts'
import { Feed } from './feed.ts'
import { Health } from './health.ts'
import { createRequestListener } from './http.ts'
import { createListening, forget, forgetUpgrades } from './lean.ts'
import type { Log } from './log.ts'
import { leave, roomsOf } from './membership.ts'
import type { Metrics } from './metrics.ts'
import { Pace } from './pace.ts'
import { beatMs, Presence } from './presence.ts'
import { RoomList } from './room-list.ts'
import { Sessions } from './session.ts'
import { cut, slowReaders } from './slow-readers.ts'
import { SparseLog } from './sparse-log.ts'
import type { Appended, Store } from './store/store.ts'
import { RoomThrottle } from './throttle.ts'
import { type ChatServer, type ChatSocket, type Clock, channel, systemClock } from './types.ts'
import { Typing } from './typing.ts'

export interface AppOptions {
  config: Config
  store: Store
  adapter: Replication
  log: Log
  metrics: Metrics
  clock?: Clock
  /** The built page; without it only the API is served. */
  clientFolder?: string
}

export interface App {
  io: ChatServer
  health: Health
  /** Not ready, wait, close the connections little by little, end. A second call returns the same promise. */
  drain(): Promise<void>
}

/** How a connection ends that sent what is no packet. */
const brokenOff = new Set(['parse error', 'forced close', 'transport error'])

/**
 * The chat on an HTTP server that listens elsewhere. Nothing here opens a port or reads the environment, so a test can
 * have several of them in one process.
 */
export function createApp(httpServer: HttpServer, options: AppOptions): App {
  const { config, store, adapter, log, metrics, clock = systemClock } = options
  const sessions = new Sessions(config.cookieSecret)
  const strangers = new SparseLog(log, clock)
  let draining: Promise<void> | undefined
  let closing = false

  const health = new Health(
    { redis: adapter, mongo: { ping: store.kind === 'memory' ? undefined : () => store.ping() } },
    log,
    () => io.local.emit('health', { healthy: health.healthy }),
  )
  const clientFolder = options.clientFolder
  const http = { config, clock, log, sessions, health, clientFolder, draining: () => draining !== undefined }
  // Before Socket.IO: it takes the requests under its path and hands on the others.
  httpServer.on('request', createRequestListener(http))
  // Google's balancers reuse idle connections for up to 600 s: a server that closes sooner causes rare 502s.
  httpServer.keepAliveTimeout = 620_000
  httpServer.headersTimeout = 625_000

  const door = createDoor({
    sessions,
    config,
    clock,
    metrics,
    strangers,
    connections: () => io.engine.clientsCount,
    closing: () => closing,
  })
  const io: ChatServer = new Server(httpServer, {
    ...(adapter.adapter === undefined ? {} : { adapter: adapter.adapter }),
    serveClient: false,
    // Messages are at most 4,000 characters; the rest is room for the packet and for four bytes a character.
    maxHttpBufferSize: 100_000,
    // The shortest documented timeout of a balancer is 30 s, and an idle poll is held for one interval.
    pingInterval: 20_000,
    pingTimeout: 20_000,
    connectTimeout: 10_000,
    perMessageDeflate: false,
    allowRequest: door.admit,
  })
  // So that also "Session ID unknown" says who did not know it: the first thing to look at when affinity is in doubt.
  httpServer.prependListener('request', (_, response) => response.setHeader('x-replica', config.replica))
  io.engine.on('headers', (headers: Record<string, string>) => {
    headers['x-replica'] = config.replica
  })

  forgetUpgrades(httpServer)
  const bus = createBus(io, adapter.adapter !== undefined)
  const pace = new Pace(config.frameMs)
  const feed = new Feed({
    store,
    clock,
    log,
    pace,
    emit: (room, entries) => io.local.to(channel(room)).emit('message:new', { room, entries }),
    announce: (room, entries) => bus.send('entries', room, entries),
  })
  const peopleChanged = new RoomThrottle(500, room => {
    const now = { room, count: presence.count(room), people: presence.people(room, limits.people) }
    io.local.to(channel(room)).emit('room:people', now)
  })
  const presence = new Presence({
    id: `${config.replica} ${randomUUID()}`,
    clock,
    send: news => bus.send('presence', news),
    changed: room => peopleChanged.mark(room),
  })
  const typingChanged = new RoomThrottle(250, room =>
    io.local.to(channel(room)).volatile.emit('typing', { room, people: typing.people(room) }),
  )
  const typing = new Typing(clock, room => typingChanged.mark(room))
  const published = (room: string, done: Appended[]) =>
    feed.publish(
      room,
      done.map(({ entry }) => entry),
    )
  const committer = new Committer(store, published, pace)
  bus.on('entries', (room, entries) => feed.receive(room, entries))
  bus.on('presence', news => presence.hear(news))
  bus.on('typing', (room, user, on) => typing.set(room, user, on))

  const roomList = new RoomList(store, clock)
  // Rooms stay, and all see them: as with events, many at once, and then one in a while.
  const newRooms = new Allowance(20, 60_000, clock)
  const parts = { committer, feed, presence, typing, roomList, newRooms, bus }
  const context: Context = { io, config, store, ...parts, health, clock, log, strangers, metrics }
  const dispatch = createDispatch(context)
  const listen = createListening(dispatch)
  // One function for all: a closure for each connection would be a good part of what a connection costs.
  function leaveAll(this: ChatSocket, reason: string): void {
    if (!closing && brokenOff.has(reason) && this.data.strikes < mostStrikes) {
      strangers.note('packet', 'a connection ended by what it sent', { connection: this.id, reason })
    }
    for (const room of roomsOf(this)) leave(context, this, room)
  }

  io.use((socket: ChatSocket, next) => void door.greet(socket, next))
  io.on('connection', (socket: ChatSocket) => {
    listen(socket)
    socket.on('disconnecting', leaveAll)
    socket.emit('hostname', config.replica)
    const { id, name } = socket.data.user
    socket.emit('hello', { id, name, replica: config.replica, healthy: health.healthy })
    forget(socket)
  })
  metrics.observe({
    connections: () => io.engine.clientsCount,
    rooms: () => feed.openRooms,
    peers: () => presence.peers,
    redisUp: () => (health.redis === 'ok' ? 1 : 0),
    mongoUp: () => (health.mongo === 'down' ? 0 : 1),
  })

  let sweptAt = 0
  const timers = [
    setInterval(() => presence.beat(), beatMs),
    setInterval(() => pace.look(), 250),
    setInterval(() => {
      typing.expire()
      for (const connection of slowReaders(io.engine)) {
        log.warn('cut a client that does not read')
        metrics.cut('slow')
        cut(connection)
      }
    }, 1_000),
    setInterval(() => {
      // Announcements may be lost at any time; while Redis is away all of them are.
      const due = health.redis === 'down' ? 500 : 2_000
      // Since then: a clock that was set back has not swept in the future.
      const sinceMs = clock.now() - sweptAt
      if (health.mongo === 'down' || (sinceMs >= 0 && sinceMs < due)) return
      sweptAt = clock.now()
      void feed.sweep()
    }, 500),
  ]
  health.start()

  return {
    io,
    health,
    drain: () => {
      draining ??= drain({
        io,
        log,
        waitMs: config.drainWaitMs,
        closeMs: config.drainMs,
        closing: () => {
          closing = true
          presence.bye()
        },
        busy: () => committer.busy,
        end: async () => {
          for (const timer of timers) clearInterval(timer)
          health.stop()
          feed.stop()
          peopleChanged.stop()
          typingChanged.stop()
          metrics.stop()
          await Promise.allSettled([adapter.close(), store.close()])
        },
      })
      return draining
    },
  }
}
