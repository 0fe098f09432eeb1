/** Socket.IO protocol 5: https://socket.io/docs/v4/socket-io-protocol/ */
export type SocketType =
  | 'connect'
  | 'disconnect'
  | 'event'
  | 'ack'
  | 'connect-error'
  | 'binary-event'
  | 'binary-ack'

export interface SocketPacket {
  readonly type: SocketType
  readonly namespace: string
  readonly id?: number
  /** Binary parts that follow as packets of their own; `data` then holds placeholders. */
  readonly attachments: number
  readonly data?: unknown
}

const types: readonly SocketType[] = [
  'connect',
  'disconnect',
  'event',
  'ack',
  'connect-error',
  'binary-event',
  'binary-ack',
]

export function encodeSocketPacket(packet: SocketPacket): string {
  const binary = packet.type === 'binary-event' || packet.type === 'binary-ack'
  return [
    types.indexOf(packet.type),
    binary ? `${packet.attachments}-` : '',
    packet.namespace === '/' ? '' : `${packet.namespace},`,
    packet.id ?? '',
    packet.data === undefined ? '' : JSON.stringify(packet.data),
  ].join('')
}

// <type>[<attachments>-][<namespace>,][<ack id>][JSON]
const shape = /^([0-6])(?:(\d{1,4})-)?(?:(\/[^,]*),)?(\d{1,15})?/

/** Undefined when it is not a packet. */
export function decodeSocketPacket(text: string): SocketPacket | undefined {
  const match = shape.exec(text)
  if (match === null) return undefined
  const type = types[Number(match[1])]
  if (type === undefined) return undefined
  const binary = type === 'binary-event' || type === 'binary-ack'
  if (binary !== (match[2] !== undefined)) return undefined
  const rest = text.slice(match[0].length)
  const packet = {
    type,
    namespace: match[3] ?? '/',
    attachments: Number(match[2] ?? 0),
    ...(match[4] === undefined ? {} : { id: Number(match[4]) }),
  }
  if (rest === '') return packet
  try {
    return { ...packet, data: JSON.parse(rest) }
  } catch {
    return undefined
  }
}

/** Name and arguments of an event; undefined for anything else. */
export function eventOf(packet: SocketPacket): { name: string; args: readonly unknown[] } | undefined {
  if (packet.type !== 'event' && packet.type !== 'binary-event') return undefined
  if (!Array.isArray(packet.data)) return undefined
  const [name, ...args] = packet.data
  return typeof name === 'string' ? { name, args } : undefined
}
