/** Names and values in turns, as they came: order, case and repetition are kept. */
export type RawHeaders = readonly string[]

/** How a body is delimited. */
export type Framing = 'length' | 'chunked' | undefined

const via = ['Via', '1.1 google'] as const

// RFC 9110 7.6.1, and Expect, which the front door answers itself.
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
])

// A `Connection: host` must not take away what the next hop relies on.
const neverDropped = new Set(['host', 'content-length', 'cookie', 'x-forwarded-for'])

/** Names that a `Connection` header marks as meant for this hop alone, beyond the usual ones. */
function markedAsHop(connection: string | undefined): readonly string[] {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return []
  return connection
    .toLowerCase()
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '' && !hopByHop.has(name) && !neverDropped.has(name))
}

export interface Hop {
  /** Address of the client and of the front door, as X-Forwarded-For tells them. */
  readonly client: string
  readonly balancer: string
  /** Used when the client, speaking HTTP/1.0, names no host. */
  readonly host: string
  readonly connection: string | undefined
  /** Of the body; undefined when there is none. */
  readonly framing: Framing
  readonly method: string
  readonly webSocket: boolean
}

/**
 * Headers of a request as the replica gets them: `X-Forwarded-For: <what was there>,<client>,<balancer>`,
 * `X-Forwarded-Proto`, `Via: 1.1 google`, without the ones that belong to the client's connection
 * (docs.cloud.google.com/load-balancing/docs/https#target-proxies).
 */
export function requestHeaders(raw: RawHeaders, hop: Hop): string[] {
  const marked = markedAsHop(hop.connection)
  const out: string[] = []
  let forwarded = ''
  let hasHost = false
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? ''
    const value = raw[index + 1] ?? ''
    const lower = name.toLowerCase()
    if (lower === 'x-forwarded-for') forwarded += `${value},`
    else if (lower === 'host') hasHost = true
    if (lower === 'x-forwarded-for' || lower === 'x-forwarded-proto' || hopByHop.has(lower)) continue
    if (marked.length > 0 && marked.includes(lower)) continue
    if (lower === 'content-length' && hop.framing === 'chunked') continue
    out.push(name, value)
  }
  if (!hasHost) out.push('Host', hop.host)
  out.push(
    'X-Forwarded-For',
    `${forwarded}${hop.client},${hop.balancer}`,
    'X-Forwarded-Proto',
    'http',
    ...via,
  )
  if (hop.webSocket) out.push('Connection', 'Upgrade', 'Upgrade', 'websocket')
  else if (hop.framing === 'chunked') out.push('Transfer-Encoding', 'chunked')
  else if (hop.framing === undefined && !/^(?:GET|HEAD|OPTIONS|DELETE|TRACE)$/.test(hop.method)) {
    if (!raw.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-length')) {
      out.push('Content-Length', '0')
    }
  }
  return out
}

/** Headers of a replica's answer as the client gets them; `Upgrade` and `Connection` stay on a 101. */
export function responseHeaders(
  raw: RawHeaders,
  {
    connection,
    setCookie,
    webSocket,
  }: { connection?: string | undefined; setCookie?: string | undefined; webSocket: boolean },
): string[] {
  const marked = webSocket ? [] : markedAsHop(connection)
  const out: string[] = []
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? ''
    const lower = name.toLowerCase()
    if (hopByHop.has(lower) && !(webSocket && (lower === 'upgrade' || lower === 'connection'))) continue
    if (marked.length > 0 && marked.includes(lower)) continue
    out.push(name, raw[index + 1] ?? '')
  }
  out.push(...via)
  if (setCookie !== undefined) out.push('Set-Cookie', setCookie)
  return out
}
