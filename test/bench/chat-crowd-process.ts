import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Figures {
  /** Messages a second, all people together. */
  rate: number
  p50: number
  p99: number
  /** Every message reached everybody and was acknowledged. */
  complete: boolean
}

const room = 'verify-bench'
/** One in so many takes every message apart for its latency; the others only count it. */
const sampleEvery = 10
const text = Buffer.from('"text":"t')
const news = Buffer.from('42["message:new"')
const hello = Buffer.from('42["hello"')
const joined = Buffer.from('430[{"ok":true')
const refused = [Buffer.from('44'), Buffer.from('430[')]

/** Filled and emptied before anything else is read: one is enough for all. */
const shared = Buffer.allocUnsafe(256 * 1024)

/**
 * One connection by the protocol as it goes over the wire. A library for WebSockets would cost more for each frame than
 * the server that is measured, and the figures would be its own.
 */
class Member {
  readonly #socket: Socket
  #rest: Buffer | undefined
  #upgraded = false
  /** One text frame; what it says is in `data` from `from` to `to`, for the time of the call. */
  onText: (data: Buffer, from: number, to: number) => void = () => undefined
  acked = 0

  constructor(port: number, onError: (error: Error) => void) {
    const onread = { buffer: shared, callback: (size: number) => this.#read(shared.subarray(0, size)) }
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread })
    this.#socket.on('error', onError)
    this.#socket.on('close', () => onError(new Error('the server has closed the connection')))
    this.#socket.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    )
  }

  /** Masked, as clients have to, with zeros: https://www.rfc-editor.org/rfc/rfc6455#section-5.3 */
  send(message: string): void {
    const length = Buffer.byteLength(message)
    const long = length > 125
    const frame = Buffer.alloc((long ? 8 : 6) + length)
    frame[0] = 0x81
    frame[1] = 0x80 | (long ? 126 : length)
    if (long) frame.writeUInt16BE(length, 2)
    frame.write(message, frame.length - length)
    this.#socket.write(frame)
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(chunk: Buffer): boolean {
    let data = chunk
    if (this.#rest !== undefined) data = Buffer.concat([this.#rest, chunk])
    this.#rest = undefined
    let at = 0
    if (!this.#upgraded) {
      const end = data.indexOf('\r\n\r\n')
      if (end >= 0) {
        if (!data.subarray(0, end).includes(' 101 ')) {
          this.#socket.destroy(new Error(data.toString('latin1', 0, 40)))
          return false
        }
        this.#upgraded = true
        at = end + 4
      }
    }
    if (this.#upgraded) {
      for (;;) {
        const frame = frameAt(data, at)
        if (frame === undefined) break
        if (data[at] === 0x81) this.onText(data, frame.from, frame.to)
        at = frame.to
      }
    }
    if (at < data.length) this.#rest = Buffer.from(data.subarray(at))
    return true
  }
}

/** Where what a whole frame says begins and ends; undefined when more of it has to come. */
function frameAt(data: Buffer, at: number): { from: number; to: number } | undefined {
  if (data.length < at + 2) return undefined
  const short = data[at + 1]! & 0x7f
  const header = short < 126 ? 2 : short === 126 ? 4 : 10
  if (data.length < at + header) return undefined
  const length = short < 126 ? short : short === 126 ? data.readUInt16BE(at + 2) : data.readUInt32BE(at + 6)
  const to = at + header + length
  return to > data.length ? undefined : { from: at + header, to }
}

const says = (what: Buffer, data: Buffer, from: number) =>
  data.compare(what, 0, what.length, from, Math.min(from + what.length, data.length)) === 0

/**
 * People in one room who talk at a given rate whatever the answers are (open loop: a slow server does not slow the
 * questions). The time is taken when the sending was due, so that a late sender is not a fast server.
 */
export class Crowd {
  readonly #members: Member[]
  #latencies: number[] = []
  #heard = 0
  #said = 0

  private constructor(members: Member[]) {
    this.#members = members
    for (const [at, member] of members.entries()) this.#listen(member, at % sampleEvery === 0)
  }

  static async open(ports: number[], size: number): Promise<Crowd> {
    const members: Member[] = []
    for (let at = 0; at < size; at += 50) {
      const some = Array.from({ length: Math.min(50, size - at) }, (_, more) =>
        join(ports[(at + more) % ports.length]!, at + more),
      )
      members.push(...(await Promise.all(some)))
    }
    await sleep(1_000)
    return new Crowd(members)
  }

  async talk(rate: number, forMs: number): Promise<Figures> {
    this.#latencies = []
    const [heard, acked, said] = [this.#heard, this.#acked, this.#said]
    const started = performance.now()
    const total = Math.round((rate * forMs) / 1_000)
    for (let done = 0; done < total; ) {
      const due = Math.min(total, 1 + Math.floor(((performance.now() - started) * rate) / 1_000))
      for (; done < due; done++) this.#say(started + (done * 1_000) / rate)
      await sleep(1)
    }
    const all = () =>
      this.#heard - heard >= total * this.#members.length && this.#acked - acked >= this.#said - said
    for (const deadline = performance.now() + 3_000; !all() && performance.now() < deadline; ) await sleep(20)
    const complete = all()
    const sorted = Float64Array.from(this.#latencies).sort()
    const at = (part: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.POSITIVE_INFINITY
    // What is still on its way must not be counted for the next rate.
    if (!complete) await sleep(3_000)
    return { rate, p50: at(0.5), p99: at(0.99), complete }
  }

  close(): void {
    for (const member of this.#members) member.close()
  }

  get #acked(): number {
    return this.#members.reduce((sum, { acked }) => sum + acked, 0)
  }

  /** 100 bytes, whose first are the moment at which they were due. */
  #say(dueAt: number): void {
    const member = this.#members[this.#said % this.#members.length]!
    const what = `t${dueAt.toFixed(3)} `.padEnd(100, 'x')
    const id = this.#said++
    member.send(
      `42${id}["message:send",{"room":"${room}","clientMsgId":"b${id}-${process.pid}-${dueAt.toFixed(0)}","text":"${what}"}]`,
    )
  }

  #listen(member: Member, sampled: boolean): void {
    member.onText = (data, from, to) => {
      if (data[from] === 0x32) return member.send('3')
      if (data[from + 1] === 0x33) {
        member.acked++
        return
      }
      if (!says(news, data, from)) return
      const now = performance.now()
      for (let at = data.indexOf(text, from); at >= 0 && at < to; at = data.indexOf(text, at + 100)) {
        this.#heard++
        if (!sampled) continue
        const said = at + text.length
        this.#latencies.push(now - Number(data.toString('latin1', said, data.indexOf(0x20, said))))
      }
    }
  }
}

/** Connected and in the room. */
function join(port: number, at: number): Promise<Member> {
  return new Promise((resolve, reject) => {
    const member = new Member(port, reject)
    member.onText = (data, from) => {
      if (data[from] === 0x30) member.send(`40{"name":"b${at}","key":"b${at}"}`)
      else if (says(hello, data, from)) member.send(`420["room:join",{"room":"${room}"}]`)
      else if (says(joined, data, from)) resolve(member)
      else if (refused.some(what => says(what, data, from)))
        reject(new Error(`refused: ${data.toString('latin1', from, from + 200)}`))
      else if (data[from] === 0x32) member.send('3')
    }
  })
}
