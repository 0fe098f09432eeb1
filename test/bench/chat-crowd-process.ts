import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'

export interface Figures {
  /** Messages a second, all people together. */
  rate: number
  p50: number
  p99: number
  /** Every message reached everybody and was acknowledged. */
  complete: boolean
}

interface Member {
  socket: WebSocket
  acked: number
}

const room = 'verify-bench'
/** One in so many takes every message apart for its latency; the others only count it. */
const sampleEvery = 10
const stamp = /"text":"t(\d+\.\d+) /g

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
      const due = Math.min(total, Math.floor(((performance.now() - started) * rate) / 1_000))
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
    for (const { socket } of this.#members) socket.terminate()
  }

  get #acked(): number {
    return this.#members.reduce((sum, { acked }) => sum + acked, 0)
  }

  /** 100 bytes, whose first are the moment at which they were due. */
  #say(dueAt: number): void {
    const member = this.#members[this.#said % this.#members.length]!
    const text = `t${dueAt.toFixed(3)} `.padEnd(100, 'x')
    const id = this.#said++
    member.socket.send(
      `42${id}["message:send",{"room":"${room}","clientMsgId":"b${id}-${process.pid}-${dueAt.toFixed(0)}","text":"${text}"}]`,
    )
  }

  #listen(member: Member, sampled: boolean): void {
    member.socket.removeAllListeners('message')
    member.socket.on('message', (data: Buffer) => {
      if (data[0] === 0x32) return member.socket.send('3')
      if (data[1] === 0x33) {
        member.acked++
        return
      }
      const text = data.toString('latin1')
      if (!text.startsWith('42["message:new"')) return
      if (!sampled) {
        for (let at = text.indexOf('"text":"t'); at >= 0; at = text.indexOf('"text":"t', at + 100))
          this.#heard++
        return
      }
      const now = performance.now()
      for (const [, at] of text.matchAll(stamp)) {
        this.#heard++
        this.#latencies.push(now - Number(at))
      }
    })
  }
}

/** Connected and in the room, by the protocol as it goes over the wire. */
function join(port: number, at: number): Promise<Member> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, {
      perMessageDeflate: false,
    })
    const member: Member = { socket, acked: 0 }
    socket.on('error', reject)
    socket.on('message', (data: Buffer) => {
      const text = data.toString()
      if (text.startsWith('0')) socket.send(`40{"name":"b${at}","key":"b${at}"}`)
      else if (text.startsWith('42["hello"')) socket.send(`420["room:join",{"room":"${room}"}]`)
      else if (text.startsWith('430')) resolve(member)
      else if (text === '2') socket.send('3')
    })
  })
}
