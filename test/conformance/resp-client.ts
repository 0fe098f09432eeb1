import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** One reply with its RESP type, so that a null array is not a null and a push is not an array. */
export interface Decoded {
  /** `$`, `*`, `%`, `_` and so on. `$-1` and `*-1` have a null value. */
  readonly mark: string
  readonly value: string | readonly Decoded[] | null
}

const scalarMarks = '+-:,#('
const deadlineMs = 20_000

/** A client that shows what is on the wire: byte strings in, decoded replies out, in order, pushes included. */
export class RespClient {
  readonly #socket: Socket
  readonly #replies: Decoded[] = []
  readonly #closed: Promise<void>
  #buffer = ''
  #wake: () => void = () => undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    this.#closed = new Promise(resolve => socket.once('close', () => resolve()))
    socket.setNoDelay(true)
    socket.on('data', chunk => {
      this.#buffer += chunk.toString('latin1')
      this.#decode()
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#wake())
  }

  static async open(port: number, host = '127.0.0.1'): Promise<RespClient> {
    const socket = connect({ port, host })
    await once(socket, 'connect')
    return new RespClient(socket)
  }

  /** Sends words as one command. */
  send(words: readonly string[]): void {
    this.sendBytes(encodeCommand(words))
  }

  sendBytes(bytes: string): void {
    this.#socket.write(bytes, 'latin1')
  }

  /** The next reply or push; throws after a deadline or when the server has closed the connection. */
  async receive(): Promise<Decoded> {
    const deadline = Date.now() + deadlineMs
    for (;;) {
      const reply = this.#replies.shift()
      if (reply !== undefined) return reply
      if (this.#socket.destroyed) throw new Error('the server has closed the connection')
      const left = deadline - Date.now()
      if (left <= 0) throw new Error(`no reply within ${deadlineMs} ms`)
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, left)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  async command(...words: string[]): Promise<Decoded> {
    this.send(words)
    return this.receive()
  }

  /** Many commands in one write. */
  async pipeline(commands: readonly (readonly string[])[]): Promise<Decoded[]> {
    this.sendBytes(commands.map(encodeCommand).join(''))
    const replies: Decoded[] = []
    for (const _ of commands) replies.push(await this.receive())
    return replies
  }

  /** Reads nothing more from the network: a slow client. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed
  }

  async closed(): Promise<void> {
    await this.#closed
  }

  close(): void {
    this.#socket.destroy()
  }

  #decode(): void {
    let at = 0
    for (;;) {
      const found = decodeReply(this.#buffer, at)
      if (found === undefined) break
      this.#replies.push(found.reply)
      at = found.end
    }
    if (at === 0) return
    this.#buffer = this.#buffer.slice(at)
    this.#wake()
  }
}

export function encodeCommand(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map(word => `$${word.length}\r\n${word}\r\n`).join('')}`
}

/** The reply that starts at `at`; undefined when it is not complete. */
function decodeReply(bytes: string, at: number): { reply: Decoded; end: number } | undefined {
  const lineEnd = bytes.indexOf('\r\n', at)
  if (lineEnd === -1) return undefined
  const mark = bytes.charAt(at)
  const line = bytes.slice(at + 1, lineEnd)
  const after = lineEnd + 2
  if (mark === '_') return { reply: { mark, value: null }, end: after }
  if (scalarMarks.includes(mark)) return { reply: { mark, value: line }, end: after }
  const count = Number(line)
  if (count === -1) return { reply: { mark, value: null }, end: after }
  if (mark === '$' || mark === '=') {
    const end = after + count + 2
    if (bytes.length < end) return undefined
    return { reply: { mark, value: bytes.slice(after, after + count) }, end }
  }
  if (!'*%~>'.includes(mark)) throw new Error(`not RESP: ${JSON.stringify(bytes.slice(at, at + 40))}`)
  const items: Decoded[] = []
  let end = after
  for (let left = mark === '%' ? count * 2 : count; left > 0; left--) {
    const item = decodeReply(bytes, end)
    if (item === undefined) return undefined
    items.push(item.reply)
    end = item.end
  }
  return { reply: { mark, value: items }, end }
}

/** A reply on one line: `:1`, `$"text"`, `*[$"a" :2]`, `_`. */
export function showReply({ mark, value }: Decoded): string {
  if (value === null) return mark === '_' ? '_' : `${mark}null`
  if (typeof value !== 'string') return `${mark}[${value.map(showReply).join(' ')}]`
  return mark === '$' || mark === '=' ? `${mark}${JSON.stringify(value)}` : `${mark}${value}`
}
