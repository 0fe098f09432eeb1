import { printable } from '../errors.ts'
import type { CookieFacts } from './observations.ts'
import { isTrustworthy, type Target } from './target.ts'

interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
}

/** Browsers take more; nobody names a cookie with the rest, and it would reach a terminal. */
const token = /^[!#$%&'*+.^_`|~\w-]+$/
const longestCookie = 4096
const mostCookies = 50

/** One `Set-Cookie` line. Rules: RFC 6265bis sections 5.6 and 5.7, as far as one origin needs them. */
export function parseSetCookie(
  line: string,
  target: Pick<Target, 'secure' | 'host' | 'socketPath'>,
  now: number,
): { facts: CookieFacts; value: string; path: string; expired: boolean } | undefined {
  const [pair = '', ...parts] = line.split(';').map(part => part.trim())
  const equals = pair.indexOf('=')
  const name = pair.slice(0, Math.max(equals, 0)).trim()
  if (!token.test(name) || line.length > longestCookie) return undefined
  const attributes = new Map(
    parts.map(part => {
      const at = part.indexOf('=')
      return at < 0 ? [part.toLowerCase(), ''] : [part.slice(0, at).toLowerCase(), part.slice(at + 1)]
    }),
  )
  const path = attributes.get('path')?.startsWith('/') ? attributes.get('path')! : target.socketPath
  const rejected = rejectionOf(name, path, attributes, target)
  const facts = {
    name,
    attributes: printable(parts.join('; ')),
    ...(rejected === undefined ? {} : { rejected }),
  }
  const maxAge = attributes.get('max-age')
  const expires = Date.parse(attributes.get('expires') ?? '')
  const expired = maxAge !== undefined && /^-?\d+$/.test(maxAge) ? Number(maxAge) <= 0 : expires <= now
  return { facts, value: pair.slice(equals + 1).trim(), path, expired }
}

function rejectionOf(
  name: string,
  path: string,
  attributes: ReadonlyMap<string, string>,
  target: Pick<Target, 'secure' | 'host' | 'socketPath'>,
): string | undefined {
  const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase() ?? ''
  const secure = attributes.has('secure')
  if (domain !== '' && target.host !== domain && !target.host.endsWith(`.${domain}`)) {
    return `Domain=${printable(domain)} does not cover ${target.host}`
  }
  if (secure && !isTrustworthy(target)) return 'Secure, but the address is plain http'
  if (attributes.get('samesite')?.toLowerCase() === 'none' && !secure) return 'SameSite=None without Secure'
  if (name.startsWith('__Secure-') && !secure) return '__Secure- prefix without Secure'
  if (name.startsWith('__Host-') && (!secure || domain !== '' || path !== '/')) {
    return '__Host- prefix without Secure and Path=/, or with Domain'
  }
  const folder = path.endsWith('/') ? path : `${path}/`
  return target.socketPath.startsWith(folder)
    ? undefined
    : `Path=${printable(path)} does not cover ${target.socketPath}`
}

/** Keeps cookies for one origin the way a browser does; carry it across reconnects and it is a page reload. */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>()
  readonly #seen = new Map<string, CookieFacts>()
  readonly #target: Target
  constructor(target: Target) {
    this.#target = target
  }

  /** Takes the `Set-Cookie` lines of one answer. */
  store(lines: readonly string[], now: number): void {
    for (const line of lines) {
      const cookie = parseSetCookie(line, this.#target, now)
      if (cookie === undefined) continue
      const { name } = cookie.facts
      if (this.#seen.has(name) || this.#seen.size < mostCookies) this.#seen.set(name, cookie.facts)
      if (cookie.expired) this.#cookies.delete(name)
      else if (cookie.facts.rejected === undefined && this.#seen.has(name)) {
        this.#cookies.set(name, { name, value: cookie.value, path: cookie.path })
      }
    }
  }

  /** Every cookie that was ever set, taken or not. */
  seen(): readonly CookieFacts[] {
    return [...this.#seen.values()]
  }

  names(): readonly string[] {
    return [...this.#cookies.keys()]
  }

  value(name: string): string | undefined {
    return this.#cookies.get(name)?.value
  }

  /** Value of the `Cookie` header, or undefined; `only` leaves out all but one. */
  header(only?: string): string | undefined {
    const pairs = [...this.#cookies.values()]
      .filter(cookie => only === undefined || cookie.name === only)
      .map(cookie => `${cookie.name}=${cookie.value}`)
    return pairs.length === 0 ? undefined : pairs.join('; ')
  }
}
