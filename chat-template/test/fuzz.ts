/** What a hostile client may send: text or binary frames of Engine.IO. The same seed gives the same packets. */
export function* packets(seed: number): Generator<string | Buffer, never> {
  const random = mulberry32(seed)
  const below = (most: number) => Math.floor(random() * most)
  const pick = <T>(from: readonly T[]): T => from[below(from.length)]!
  const events = [
    ...[
      'room:list',
      'room:create',
      'room:join',
      'room:leave',
      'message:send',
      'message:edit',
      'message:delete',
    ],
    ...[
      'history:before',
      'history:after',
      'typing',
      'echo',
      'message:new',
      'health',
      'error',
      'disconnect',
      'connect',
    ],
    ...[
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'newListener',
      '',
      'x'.repeat(5_000),
      '\u0000',
    ],
  ]
  const keys = [
    'room',
    'text',
    'seq',
    'after',
    'before',
    'on',
    'title',
    'private',
    'clientMsgId',
    '__proto__',
    'constructor',
  ]
  const strings = [
    'lobby',
    'verify-fuzz',
    'm1',
    '',
    ' ',
    '\ud800',
    '\u202e',
    '$where',
    '../..',
    'x'.repeat(4_001),
    '__proto__',
  ]
  const numbers = [0, 1, -1, 1.5, 1e308, -0, 2 ** 53, Number.MAX_SAFE_INTEGER]

  const value = (depth: number): unknown => {
    const kind = below(depth > 3 ? 5 : 8)
    if (kind < 2) return pick(strings)
    if (kind === 2) return pick(numbers)
    if (kind === 3) return pick([true, false, null])
    if (kind === 4) return { $gt: '', _placeholder: true, num: below(3) }
    if (kind === 5) return Array.from({ length: below(5) }, () => value(depth + 1))
    return Object.fromEntries(Array.from({ length: below(6) }, () => [pick(keys), value(depth + 1)]))
  }
  const likely = () => ({
    room: pick(['lobby', 'verify-fuzz', value(0)]),
    clientMsgId: pick(['m1', `m${below(1_000)}`, value(0)]),
    text: pick(['hello', value(0)]),
    title: pick(['A room', value(0)]),
    seq: pick([1, value(0)]),
    after: pick([0, value(0)]),
    before: pick([10, value(0)]),
    on: pick([true, value(0)]),
  })
  const event = () =>
    JSON.stringify([
      pick(events),
      pick([likely(), likely(), value(0)]),
      ...(below(4) === 0 ? [value(0)] : []),
    ])
  const ack = () => pick(['', '', String(below(1_000)), '99999999999999999999'])
  const deep = () => {
    const levels = pick([50, 1_000, 5_000, 20_000])
    const [open, close] = pick([
      ['[', ']'],
      ['{"a":', '}'],
    ])!
    return `42${ack()}["message:send",${open!.repeat(levels)}1${close!.repeat(levels)}]`
  }
  const mutate = (text: string) => {
    const at = below(text.length + 1)
    const noise = pick(['"', '\\', '[', '}', ',', '\u0000', '-', '9', '{"_placeholder":true,"num":0}', ''])
    return text.slice(0, at) + noise + text.slice(at + below(3))
  }
  for (;;) {
    // Most of them well-formed: one broken packet ends the connection and never sees a handler.
    const kind = below(80)
    if (kind < 8 || kind >= 20) yield `42${ack()}${event()}`
    else if (kind < 12) yield mutate(`42${ack()}${event()}`)
    else if (kind === 12) yield below(20) === 0 ? deep() : `42${event()}`
    else if (kind === 13) yield `45${pick(['1', '2', '10', '1000000', '-1', 'x'])}-${ack()}${event()}`
    else if (kind === 14) yield Buffer.alloc(pick([0, 1, 10, 1_000]), below(256))
    else if (kind === 15) yield `43${ack()}${JSON.stringify([value(0)])}`
    else if (kind === 16)
      yield `4${pick(['0', '1', '4', '6', '7', '9', ''])}${pick(['', '/admin,', '/lobby,{"name":1}', '{"name":"x"}'])}`
    else if (kind === 17) yield pick(['2', '3', '6', '2probe', '5', '7', 'b', 'bAAAA', ''])
    else if (kind === 18) yield mutate(mutate(mutate(event())))
    else yield `42/${pick(['', 'admin', '__proto__'])},${event()}`
  }
}

/** A small generator of random numbers with a seed (mulberry32). */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
