/**
 * Encoders for RESP, the protocol of Redis, in both versions: https://redis.io/docs/latest/develop/reference/protocol-spec/
 * Every string in this folder is a byte string: one character a byte (latin1), so text is never decoded or changed.
 */

/** The version of RESP that a connection speaks. */
export type Resp = 2 | 3

/** An encoded reply. Empty means that the reply comes later, or never. */
export type Reply = string

export const ok: Reply = '+OK\r\n'

export function simple(text: string): Reply {
  return `+${text}\r\n`
}

/** `text` starts with Redis' error word: `ERR`, `WRONGTYPE`. Line ends inside become blanks, as in Redis. */
export function error(text: string): Reply {
  return `-${text.replace(/[\r\n]/g, ' ')}\r\n`
}

export function integer(value: number | bigint): Reply {
  return `:${value}\r\n`
}

export function bulk(bytes: string): Reply {
  return `$${bytes.length}\r\n${bytes}\r\n`
}

/** The absence of one value. */
export function nullBulk(resp: Resp): Reply {
  return resp === 3 ? '_\r\n' : '$-1\r\n'
}

/** The absence of a list of values: RESP2 tells the two apart. */
export function nullArray(resp: Resp): Reply {
  return resp === 3 ? '_\r\n' : '*-1\r\n'
}

export function bulkOrNull(bytes: string | undefined, resp: Resp): Reply {
  return bytes === undefined ? nullBulk(resp) : bulk(bytes)
}

export function array(items: readonly Reply[]): Reply {
  return `*${items.length}\r\n${items.join('')}`
}

/** An array of byte strings. */
export function bulks(items: Iterable<string>): Reply {
  return array(Array.from(items, bulk))
}

export function set(members: Iterable<string>, resp: Resp): Reply {
  const items = Array.from(members, bulk)
  return `${resp === 3 ? '~' : '*'}${items.length}\r\n${items.join('')}`
}

/** `items`: keys and values by turns. */
export function map(items: readonly Reply[], resp: Resp): Reply {
  return resp === 3 ? `%${items.length / 2}\r\n${items.join('')}` : array(items)
}

/** Out of band in RESP3; RESP2 knows only arrays. */
export function push(items: readonly Reply[], resp: Resp): Reply {
  return resp === 3 ? `>${items.length}\r\n${items.join('')}` : array(items)
}

/** `formatted`: the number as Redis prints it. */
export function double(formatted: string, resp: Resp): Reply {
  return resp === 3 ? `,${formatted}\r\n` : bulk(formatted)
}

/** Text for people: INFO, CLIENT LIST. */
export function verbatim(text: string, resp: Resp): Reply {
  return resp === 3 ? `=${text.length + 4}\r\ntxt:${text}\r\n` : bulk(text)
}
