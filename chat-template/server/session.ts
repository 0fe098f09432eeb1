import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import * as v from 'valibot'
import { displayName, handshakeAuth } from '../shared/events.ts'
import type { User } from './types.ts'

export const cookieName = 'chat_session'
/** Thirty days: long enough to be known again, short enough that a lost device is forgotten. */
export const sessionMs = 30 * 24 * 3_600_000

const sessionSchema = v.object({ id: v.string(), name: displayName, at: v.number() })

/** Names in signed cookies. The name is what people call themselves, not an account: nobody proves who they are. */
export class Sessions {
  readonly #secret: string

  constructor(secret: string) {
    this.#secret = secret
  }

  /** A new person, or the same one under another name. */
  create(name: string, known?: User): User {
    return { id: known?.id ?? randomBytes(12).toString('base64url'), name }
  }

  /** The cookie's value for `user`: what it says, and a signature. */
  seal(user: User, now: number): string {
    const body = Buffer.from(JSON.stringify({ id: user.id, name: user.name, at: now })).toString('base64url')
    return `${body}.${this.#sign(body)}`
  }

  /** Undefined unless this server signed the value not too long ago. */
  open(value: string | undefined, now: number): User | undefined {
    if (value === undefined || value.length > 1_000) return undefined
    const [body, signature] = value.split('.')
    if (body === undefined || signature === undefined || !same(signature, this.#sign(body))) return undefined
    const session = v.safeParse(sessionSchema, JSON.parse(Buffer.from(body, 'base64url').toString()))
    if (!session.success || now - session.output.at > sessionMs) return undefined
    return { id: session.output.id, name: session.output.name }
  }

  fromHeaders(headers: IncomingHttpHeaders, now: number): User | undefined {
    return this.open(cookie(headers.cookie, cookieName), now)
  }

  /**
   * Who is connecting: the one place to put a real login. Look up your own session or check your token here, and
   * return undefined for who may not come in.
   * Without a cookie a guest may say a name (programs do). A key makes a guest the same person on the next connection.
   */
  authenticate(headers: IncomingHttpHeaders, auth: unknown, now: number): User | undefined {
    const known = this.fromHeaders(headers, now)
    if (known !== undefined) return known
    const guest = v.safeParse(handshakeAuth, auth)
    if (!guest.success || guest.output.name === undefined) return undefined
    const key = guest.output.key ?? randomBytes(16).toString('base64url')
    return { id: this.#guestId(key), name: guest.output.name }
  }

  /** As long as the other ids, and as hard to guess. */
  #guestId(key: string): string {
    return createHmac('sha256', this.#secret)
      .update(`guest ${key}`)
      .digest()
      .subarray(0, 12)
      .toString('base64url')
  }

  #sign(text: string): string {
    return createHmac('sha256', this.#secret).update(text).digest('base64url')
  }
}

/** Of bytes: as many characters may be more bytes, and `timingSafeEqual` throws then. */
function same(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** The value of one cookie in a Cookie header. */
export function cookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [key, ...value] = part.split('=')
    if (key?.trim() === name) return value.join('=').trim()
  }
  return undefined
}
