import { io, type Socket } from 'socket.io-client'

/** Somebody who talks to the chat over the wire: no page, no outbox, only what the server sends. */
export interface Talker {
  readonly socket: Socket
  /** Texts as they came, by place. */
  readonly heard: Map<number, string>
  readonly hostnames: string[]
  ask(event: string, payload: object): Promise<Record<string, unknown>>
  close(): void
}

interface Batch {
  readonly room: string
  readonly entries: readonly { readonly seq: number; readonly text?: string }[]
}

/** Connects and joins the room; joins again, with what was missed, after each reconnect. */
export async function talker(url: string, name: string, room: string, transports: string[]): Promise<Talker> {
  const socket = io(url, {
    auth: { name, key: `key-of-${name}` },
    transports,
    withCredentials: true,
    forceNew: true,
    reconnectionDelay: 100,
    reconnectionDelayMax: 1_000,
  })
  const heard = new Map<number, string>()
  const hostnames: string[] = []
  const take = ({ entries }: Pick<Batch, 'entries'>) => {
    // A place that stays empty has no text.
    for (const { seq, text } of entries) if (text !== undefined) heard.set(seq, text)
  }
  const ask = async (event: string, payload: object) =>
    (await socket.timeout(8_000).emitWithAck(event, payload)) as Record<string, unknown>
  socket.on('hostname', hostname => hostnames.push(hostname))
  socket.on('message:new', take)
  await new Promise<void>((resolve, reject) => {
    socket.on('connect', () => {
      const after = heard.size === 0 ? {} : { after: Math.max(...heard.keys()) }
      ask('room:join', { room, ...after }).then(reply => {
        take(reply as unknown as Batch)
        resolve()
      }, reject)
    })
  })
  return { socket, heard, hostnames, ask, close: () => socket.disconnect() }
}

/** Sends until it is acknowledged; the place that it got. */
export async function say(from: Talker, room: string, text: string): Promise<number> {
  for (let tries = 0; ; tries++) {
    try {
      const reply = await from.ask('message:send', {
        room,
        clientMsgId: `id-${text}`.replace(/[^\w-]/g, '-'),
        text,
      })
      if (reply.ok === true) return reply.seq as number
      if (tries > 20) throw new Error(`refused: ${JSON.stringify(reply)}`)
    } catch (error) {
      if (tries > 20) throw error
    }
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}
