import { isIP } from 'node:net'
import { exitCodes, printable, UserError } from '../errors.ts'

/** Where to connect to and what every request says. */
export interface Target {
  /** For people: no user name, no password. */
  readonly origin: string
  readonly secure: boolean
  readonly host: string
  readonly port: number
  readonly socketPath: string
  readonly namespace: string
  /** Header lines that every request carries, each ended by CRLF. */
  readonly headerLines: string
  /** The person's own `Cookie` header. */
  readonly givenCookie: string | undefined
}

const headerName = /^[!#$%&'*+.^_`|~\w-]+$/
// Set by us for every request: the person's would break the protocol.
const ours = new Set(['host', 'connection', 'upgrade', 'content-length', 'transfer-encoding', 'content-type'])

function usage(code: string, message: string, hint: string): UserError {
  return new UserError(message, { code, hint, exitCode: exitCodes.usage })
}

function parseUrl(text: string): URL {
  const shown = JSON.stringify(printable(text).slice(0, 200))
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^(?:https?|wss?):$/.test(url.protocol) || url.hostname === '') {
    const guess = /^[\w.-]+(?::\d+)?$/.test(text) ? `http://${text}` : 'https://chat.example.com'
    throw usage('url.invalid', `${shown} is not an http or https address`, `write it like ${guess}`)
  }
  return url
}

/** Reads the address once, so that nothing later has to. Throws a `UserError` for what cannot be used. */
export function parseTarget(
  text: string,
  socketPath: string,
  namespace: string,
  headers: Readonly<Record<string, string>> = {},
): Target {
  const url = parseUrl(text)
  const path = socketPath.endsWith('/') ? socketPath : `${socketPath}/`
  if (!/^\/[\w!$&'()*+,.:;=@~%/-]*$/.test(path)) {
    throw usage('url.invalid', `${JSON.stringify(socketPath)} is not a path`, 'write it like /socket.io/')
  }
  if (url.pathname !== '/' && url.pathname.replace(/\/?$/, '/') !== path) {
    throw usage(
      'url.invalid',
      `the address has a path, ${url.pathname}, which verify does not use`,
      `give ${url.origin} and, when Socket.IO lives there, --path ${url.pathname}`,
    )
  }
  const secure = url.protocol === 'https:' || url.protocol === 'wss:'
  const origin = `${secure ? 'https' : 'http'}://${url.host}`
  const given = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  for (const [name, value] of given) {
    if (headerName.test(name) && !ours.has(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) continue
    throw usage(
      'header.invalid',
      `header ${JSON.stringify(printable(name))} cannot be sent`,
      "write it like --header 'x-key: value'; Host, Connection, Upgrade and Content-* are set by verify",
    )
  }
  if (url.username !== '' && !given.has('authorization')) {
    const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
    given.set('authorization', `Basic ${Buffer.from(user).toString('base64')}`)
  }
  const givenCookie = given.get('cookie')
  given.delete('cookie')
  const lines = new Map([['origin', origin], ['user-agent', 'rtdeploy-verify'], ['accept', '*/*'], ...given])
  return {
    origin,
    secure,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    socketPath: path,
    namespace: namespace.startsWith('/') ? namespace : `/${namespace}`,
    headerLines: [`host: ${url.host}`, ...[...lines].map(([name, value]) => `${name}: ${value}`)]
      .map(line => `${line}\r\n`)
      .join(''),
    givenCookie,
  }
}

/** Browsers take `Secure` cookies from the own machine even over http. */
export function isTrustworthy(target: Pick<Target, 'secure' | 'host'>): boolean {
  const { host } = target
  const loopback = host === 'localhost' || host.endsWith('.localhost') || host === '::1'
  return target.secure || loopback || (isIP(host) === 4 && host.startsWith('127.'))
}
