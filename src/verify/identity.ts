import { exitCodes, printable, UserError } from '../errors.ts'

/** Where the name of a replica is read from. */
export type Identity =
  | { readonly kind: 'none' }
  | { readonly kind: 'event' | 'header' | 'cookie' | 'ack'; readonly name: string }

const token = /^[!#$%&'*+.^_`|~\w-]+$/

/**
 * `event:NAME`: first argument of an event that the server sends; `ack:NAME`: first argument of the answer to an
 * event that we send; `header:NAME`, `cookie:NAME`: of the HTTP answer; `none`: replicas have no names.
 */
export function parseIdentity(text: string): Identity {
  if (text === 'none') return { kind: 'none' }
  const colon = text.indexOf(':')
  const kind = text.slice(0, colon)
  const name = text.slice(colon + 1)
  if (colon > 0 && name !== '' && name.length <= 200) {
    if (kind === 'event' || kind === 'ack') return { kind, name }
    if (kind === 'header' && token.test(name)) return { kind, name: name.toLowerCase() }
    if (kind === 'cookie' && token.test(name)) return { kind, name }
  }
  throw new UserError(`identity ${JSON.stringify(printable(text).slice(0, 80))} is not understood`, {
    code: 'identity.invalid',
    hint: 'use event:hostname, ack:whoami, header:x-pod, cookie:NAME or none',
    exitCode: exitCodes.usage,
  })
}

const nameFields = ['hostname', 'host', 'pod', 'replica', 'server', 'name', 'id']
const longestName = 128

/** A replica's name out of what the server sent: text, a number, or an object with a field such as `hostname`. */
export function replicaName(value: unknown): string | undefined {
  if (typeof value === 'string') {
    const name = printable(value).trim().slice(0, longestName)
    return name === '' ? undefined : name
  }
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'object' || value === null) return undefined
  const fields = new Map(Object.entries(value))
  for (const field of nameFields) {
    const inner = fields.get(field)
    if (typeof inner === 'string' || typeof inner === 'number') return replicaName(inner)
  }
  return undefined
}
