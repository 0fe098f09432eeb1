import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import * as v from 'valibot'
import { displayName, handshakeAuth } from '../shared/events.ts'
import type { User } from './types.ts'

export const cookieName = 'chat_session'
/** Thirty days: long enough to be known again, short enough that a lost device is forgotten. */
export const sessionMs = 30 * 24 * 3_600_000

/** A cookie that is older is renewed when the page is loaded: who comes back within thirty days stays who they are. */
const renewMs = 24 * 3_600_000

const sessionSchema = v.object({ id: v.string(), name: displayName, at: v.number() })

/** Who it is, at once or later. */
type Answer = User | undefined | Promise<User | undefined>

/**
 * Names in signed cookies. The name is what people call themselves, not an account: nobody proves who they are.
 * `authenticate` and `signIn` are the two to change for a real login; whatever else asks who somebody is asks them.
 */
export class Sessions {
  readonly #secret: string

  constructor(secret: string) {
    this.#secret = secret
  }

  /**
   * Who sends these headers: asked once for each connection, and by GET and POST /session (without `auth`). Undefined:
   * nobody who may come in. May be a promise; when it rejects, the connection is told to come back. A connection that
   * has no answer after 10 s is closed.
   * Without a cookie a guest may say a name (programs do). A key makes a guest the same person on the next connection.
   */
  authenticate(headers: IncomingHttpHeaders, auth: unknown, now: number): Answer {
    const known = this.open(cookie(headers.cookie, cookieName), now)
    if (known !== undefined) return known
    const guest = v.safeParse(handshakeAuth, auth)
    if (!guest.success || guest.output.name === undefined) return undefined
    const key = guest.output.key ?? randomBytes(16).toString('base64url')
    return { id: this.#guestId(key), name: guest.output.name }
  }

  /**
   * POST /session: who says a name and is `known` already, or nobody yet, gets a cookie for whom this returns. Undefined:
   * no cookie, and 403.
   */
  signIn(name: string, known: User | undefined): Answer {
    return { id: known?.id ?? randomBytes(12).toString('base64url'), name }
  }

  /** The cookie's value for `user`: what it says, and a signature. */
  seal(user: User, now: number): string {
    const body = Buffer.from(JSON.stringify({ id: user.id, name: user.name, at: now })).toString('base64url')
    return `${body}.${this.#sign(body)}`
  }

  /** Undefined unless this server signed the value not too long ago. */
  open(value: string | undefined, now: number): User | undefined {
    const session = this.#read(value, now)
    return session && { id: session.id, name: session.name }
  }

  /** The value of the cookie that these headers should have instead; undefined: it is new enough, or none of ours. */
  renewed(headers: IncomingHttpHeaders, now: number): string | undefined {
    const session = this.#read(cookie(headers.cookie, cookieName), now)
    return session === undefined || now - session.at < renewMs ? undefined : this.seal(session, now)
  }

  #read(value: string | undefined, now: number): v.InferOutput<typeof sessionSchema> | undefined {
    if (value === undefined || value.length > 1_000) return undefined
    const [body, signature] = value.split('.')
    if (body === undefined || signature === undefined || !same(signature, this.#sign(body))) return undefined
    const session = v.safeParse(sessionSchema, JSON.parse(Buffer.from(body, 'base64url').toString()))
    return session.success && now - session.output.at <= sessionMs ? session.output : undefined
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
