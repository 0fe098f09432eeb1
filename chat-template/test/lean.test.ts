import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, Socket as TcpSocket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Server, type Socket } from 'socket.io'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect, talkAsBefore, until } from './person.ts'
import { type Replica, startReplica } from './replica.ts'

/** Who waits for the end of the TCP connection of a WebSocket. */
function waiting(socket: unknown): string[] {
  const { _socket: tcp } = (socket as { conn: { transport: { socket: { _socket: unknown } } } }).conn
    .transport.socket
  expect(tcp).toBeInstanceOf(TcpSocket)
  const listeners = (tcp as TcpSocket).rawListeners('close') as {
    name: string
    listener?: { name: string }
  }[]
  return listeners
    .map(({ name, listener }) => (listener === undefined ? name : `once ${listener.name}`))
    .sort()
}

describe('a connection without what nobody asks for again', () => {
  let replica: Replica
  beforeEach(async () => {
    replica = await startReplica()
  })
  afterEach(() => replica.stop())
  const come = async (url: string) => {
    const socket = connect(url, 'Ada', { transports: ['websocket'], reconnection: false })
    await once(socket as never, 'connect')
    return socket
  }

  it('holds on to no request, by whatever Engine.IO and ws listen to', async () => {
    const requests: WeakRef<IncomingMessage>[] = []
    const { httpServer } = replica.app.io as unknown as { httpServer: TcpSocket }
    httpServer.prependListener('upgrade', request => void requests.push(new WeakRef(request)))
    const ada = await come(replica.url)
    const [here] = replica.app.io.of('/').sockets.values()

    const plainServer = createServer().listen(0, '127.0.0.1')
    await once(plainServer, 'listening')
    const plain = new Server(plainServer)
    const there = once(plain, 'connection') as Promise<[Socket]>
    const other = await come(`http://127.0.0.1:${(plainServer.address() as AddressInfo).port}`)
    // One less than Socket.IO has by itself, and nobody else's.
    const all = waiting((await there)[0])
    expect(all.filter(name => name.startsWith('once'))).toEqual(['once '])
    expect(waiting(here)).toEqual(all.filter(name => !name.startsWith('once')))
    expect(waiting(here)).toContain('socketOnClose')
    other.disconnect()
    await plain.close()

    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    await until('the request is gone', () => {
      gc()
      return requests.length === 1 && requests[0]!.deref() === undefined
    })
    expect(ada.connected).toBe(true)
    ada.disconnect()
    await until('the server knows that she went', () => replica.app.io.engine.clientsCount === 0)
  })

  it('has what README.md says that it has not, and refuses a listener of all at once', async () => {
    let refused: unknown
    replica.app.io.on('connection', socket => {
      try {
        socket.onAny(() => undefined)
      } catch (error) {
        refused = error
      }
    })
    const ada = await come(replica.url)
    const [here] = replica.app.io.of('/').sockets.values()
    expect([here!.handshake, here!.request, here!.rooms.size]).toEqual([null, null, 0])
    expect(String(refused)).toMatch(/socket.onAny is taken: put `socket.onAny\(dispatch\)`/)
    ada.disconnect()
    await talkAsBefore(replica.url)
  })
})
