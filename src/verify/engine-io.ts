/** Engine.IO protocol 4: https://socket.io/docs/v4/engine-io-protocol/ */
export type EngineType = 'open' | 'close' | 'ping' | 'pong' | 'message' | 'upgrade' | 'noop' | 'binary'

export interface EnginePacket {
  readonly type: EngineType
  /** For `binary`, base64. */
  readonly data: string
}

/** What the server says when it opens a session. Times in milliseconds, `maxPayload` in bytes. */
export interface OpenPacket {
  readonly sid: string
  readonly upgrades: readonly string[]
  readonly pingInterval: number
  readonly pingTimeout: number
  readonly maxPayload: number | undefined
}

/** Why an Engine.IO server refused a request. */
export interface Refusal {
  readonly code: number
  readonly message: string
}

/** The server's own numbers and words: engine.io 6.6 `BaseServer.errorMessages`. */
export const refusals = {
  transportUnknown: 0,
  unknownSession: 1,
  badHandshakeMethod: 2,
  badRequest: 3,
  forbidden: 4,
  unsupportedProtocol: 5,
} as const

const refusalWords = [
  'Transport unknown',
  'Session ID unknown',
  'Bad handshake method',
  'Bad request',
  'Forbidden',
  'Unsupported protocol version',
]

const types: readonly EngineType[] = ['open', 'close', 'ping', 'pong', 'message', 'upgrade', 'noop']
const separator = '\x1e'

export function encodePacket(packet: EnginePacket): string {
  return packet.type === 'binary' ? `b${packet.data}` : `${types.indexOf(packet.type)}${packet.data}`
}

/** Undefined when it is not a packet. */
export function decodePacket(text: string): EnginePacket | undefined {
  if (text.startsWith('b')) return { type: 'binary', data: text.slice(1) }
  const digit = text.charCodeAt(0) - 48
  const type = types[digit]
  return type === undefined ? undefined : { type, data: text.slice(1) }
}

export function encodePayload(packets: readonly EnginePacket[]): string {
  return packets.map(encodePacket).join(separator)
}

/** Undefined when any part is not a packet. */
export function decodePayload(text: string): EnginePacket[] | undefined {
  const packets: EnginePacket[] = []
  for (const part of text.split(separator)) {
    const packet = decodePacket(part)
    if (packet === undefined) return undefined
    packets.push(packet)
  }
  return packets
}

/** JSON out of foreign text, as fields; undefined when it is not an object. */
export function jsonFields(text: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? new Map(Object.entries(value)) : undefined
  } catch {
    return undefined
  }
}

const plausibleSid = /^[\w.~+/=-]{1,256}$/

/** The payload of an `open` packet; undefined when it is none. */
export function parseOpen(data: string): OpenPacket | undefined {
  const fields = jsonFields(data)
  const sid = fields?.get('sid')
  const pingInterval = fields?.get('pingInterval')
  const pingTimeout = fields?.get('pingTimeout')
  const upgrades = fields?.get('upgrades')
  const maxPayload = fields?.get('maxPayload')
  if (typeof sid !== 'string' || !plausibleSid.test(sid)) return undefined
  if (typeof pingInterval !== 'number' || typeof pingTimeout !== 'number') return undefined
  return {
    sid,
    upgrades: Array.isArray(upgrades) ? upgrades.filter(name => typeof name === 'string') : [],
    pingInterval,
    pingTimeout,
    maxPayload: typeof maxPayload === 'number' ? maxPayload : undefined,
  }
}

/** A refusal out of a body: JSON for plain requests, bare words for refused upgrades. */
export function parseRefusal(body: string): Refusal | undefined {
  const words = refusalWords.indexOf(body.trim())
  if (words >= 0) return { code: words, message: body.trim() }
  const fields = jsonFields(body)
  const code = fields?.get('code')
  const message = fields?.get('message')
  return typeof code === 'number' && typeof message === 'string' ? { code, message } : undefined
}

/** Engine.IO 3 (Socket.IO 2) puts the length before each packet: `96:0{"sid":...}2:40`. */
export function isEngineIo3(body: string): boolean {
  return /^\d+:0\{/.test(body)
}
