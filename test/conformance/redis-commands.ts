import fc from 'fast-check'

/**
 * Few keys and values, so that random commands meet: wrong types, empty containers, expired keys. Times are absolute,
 * because two servers are never asked at the same moment.
 */
const key = fc.constantFrom('a', 'b', 'c', 'd')
const member = fc.constantFrom('x', 'y', 'z', '', 'x\r\ny', '\xff\x00')
const number = fc.oneof(
  fc.integer({ min: -5, max: 5 }).map(String),
  fc.constantFrom(
    '10',
    '9223372036854775807',
    '-9223372036854775808',
    '9223372036854775808',
    '01',
    '-0',
    '+1',
    ' 1',
    '1.5',
    'x',
    '',
  ),
)
const score = fc.oneof(
  fc.integer({ min: -3, max: 3 }).map(String),
  fc.constantFrom('1.5', '-0.1', '1e3', 'inf', '-inf', '+inf', 'nan', 'x', '', '.5', '5.', '1e-7', '3.0e20'),
)
const bound = fc.oneof(
  score,
  score.map(text => `(${text}`),
)
const lexBound = fc.constantFrom('-', '+', '[x', '(x', '[y', '(z', 'x', '[', '(')
const pattern = fc
  .array(fc.constantFrom('a', 'b', 'x', '*', '?', '[', ']', '^', '-', '\\'), { maxLength: 6 })
  .map(parts => parts.join(''))
const streamId = fc.constantFrom('1-1', '1-2', '2', '2-0', '3-*', '0-0', '5-5', 'x', '-', '+', '(1-1', '1-x')
const value = fc.oneof(member, number)

type Words = fc.Arbitrary<readonly string[]>

function words(...parts: (string | fc.Arbitrary<string> | fc.Arbitrary<readonly string[]>)[]): Words {
  return fc
    .tuple(...parts.map(part => (typeof part === 'string' ? fc.constant(part) : part)))
    .map(found => found.flat())
}

function some(part: fc.Arbitrary<string>, minLength = 1): Words {
  return fc.array(part, { minLength, maxLength: 3 })
}

function options(...parts: (string | Words)[]): Words {
  const one: Words = fc.oneof(...parts.map(part => (typeof part === 'string' ? fc.constant([part]) : part)))
  return fc.array(one, { maxLength: 3 }).map(found => found.flat())
}

const strings: Words[] = [
  words('GET', key),
  words(
    'SET',
    key,
    value,
    options(
      'NX',
      'XX',
      'GET',
      'KEEPTTL',
      words('EXAT', '4000000000'),
      words('PX', fc.constantFrom('0', '-1', 'x')),
      'ZZ',
    ),
  ),
  words('SETNX', key, value),
  words('SETEX', key, fc.constantFrom('0', '-1', 'x', '9223372036854775807'), value),
  words('GETSET', key, value),
  words('GETDEL', key),
  words('GETEX', key, options('PERSIST', words('EXAT', '4000000000'))),
  words('MGET', some(key)),
  words('MSET', some(value)),
  words('MSETNX', some(value)),
  words('APPEND', key, value),
  words('STRLEN', key),
  words(fc.constantFrom('INCR', 'DECR'), key),
  words(fc.constantFrom('INCRBY', 'DECRBY'), key, number),
]

const keys: Words[] = [
  words(fc.constantFrom('DEL', 'UNLINK', 'EXISTS', 'TOUCH'), some(key)),
  words('TYPE', key),
  words(fc.constantFrom('RENAME', 'RENAMENX'), key, key),
  words(
    'EXPIREAT',
    key,
    fc.constantFrom('4000000000', '5000000000', '1', '0', '-1', 'x'),
    options('NX', 'XX', 'GT', 'LT', 'ZZ'),
  ),
  words('EXPIRETIME', key),
  words('PERSIST', key),
  words('KEYS', pattern),
  words('DBSIZE'),
  words(
    'SCAN',
    fc.constantFrom('0', 'x'),
    options(words('MATCH', pattern), words('COUNT', fc.constantFrom('100', '0', 'x')), words('TYPE', 'hash')),
  ),
]

const hashes: Words[] = [
  words(fc.constantFrom('HSET', 'HMSET'), key, some(value, 2)),
  words('HSETNX', key, member, value),
  words('HGET', key, member),
  words('HMGET', key, some(member)),
  words(fc.constantFrom('HGETALL', 'HLEN', 'HKEYS', 'HVALS'), key),
  words('HDEL', key, some(member)),
  words('HINCRBY', key, member, number),
  words(fc.constantFrom('HEXISTS', 'HSTRLEN'), key, member),
  words('HSCAN', key, '0', options(words('MATCH', pattern))),
]

const setsAndLists: Words[] = [
  words(fc.constantFrom('SADD', 'SREM', 'SMISMEMBER'), key, some(member)),
  words(fc.constantFrom('SMEMBERS', 'SCARD'), key),
  words('SISMEMBER', key, member),
  words(fc.constantFrom('SUNION', 'SINTER', 'SDIFF'), some(key)),
  words('SPOP', key, fc.constantFrom('100', '0', '-1', 'x')),
  words('SSCAN', key, '0'),
  words(fc.constantFrom('LPUSH', 'RPUSH', 'LPUSHX', 'RPUSHX'), key, some(member)),
  words(fc.constantFrom('LPOP', 'RPOP'), key, options(words(number))),
  words('LLEN', key),
  words(fc.constantFrom('LRANGE', 'LTRIM'), key, number, number),
  words('LINDEX', key, number),
  words('LSET', key, number, value),
  words('LREM', key, number, member),
]

const sortedSets: Words[] = [
  words('ZADD', key, options('NX', 'XX', 'GT', 'LT', 'CH', 'INCR'), score, member),
  words('ZADD', key, score, member, score, member),
  words('ZINCRBY', key, score, member),
  words(fc.constantFrom('ZREM', 'ZMSCORE'), key, some(member)),
  words('ZCARD', key),
  words(fc.constantFrom('ZSCORE', 'ZRANK', 'ZREVRANK'), key, member),
  words(fc.constantFrom('ZPOPMIN', 'ZPOPMAX'), key, options(words(number))),
  words(fc.constantFrom('ZRANGE', 'ZREVRANGE'), key, number, number, options('WITHSCORES', 'REV')),
  words('ZRANGE', key, bound, bound, 'BYSCORE', options('REV', 'WITHSCORES', words('LIMIT', number, number))),
  words('ZADD', 'lex', '0', member),
  words(
    'ZRANGE',
    'lex',
    lexBound,
    lexBound,
    'BYLEX',
    options('REV', 'WITHSCORES', words('LIMIT', number, number)),
  ),
  words(
    fc.constantFrom('ZRANGEBYSCORE', 'ZREVRANGEBYSCORE'),
    key,
    bound,
    bound,
    options('WITHSCORES', words('LIMIT', number, number)),
  ),
  words(fc.constantFrom('ZCOUNT', 'ZREMRANGEBYSCORE'), key, bound, bound),
  words('ZREMRANGEBYRANK', key, number, number),
  words(fc.constantFrom('ZLEXCOUNT', 'ZREMRANGEBYLEX'), 'lex', lexBound, lexBound),
  words(
    fc.constantFrom('ZRANGEBYLEX', 'ZREVRANGEBYLEX'),
    'lex',
    lexBound,
    lexBound,
    options(words('LIMIT', number, number)),
  ),
  words('ZSCAN', key, '0'),
]

const streams: Words[] = [
  words(
    'XADD',
    key,
    options('NOMKSTREAM', words('MAXLEN', number), words('MAXLEN', '=', number), words('MINID', streamId)),
    streamId,
    some(value, 2),
  ),
  words('XLEN', key),
  words(fc.constantFrom('XRANGE', 'XREVRANGE'), key, streamId, streamId, options(words('COUNT', number))),
  words('XREAD', options(words('COUNT', number)), 'STREAMS', key, fc.oneof(streamId, fc.constant('$'))),
  words('XDEL', key, some(streamId)),
  words('XTRIM', key, fc.constantFrom('MAXLEN', 'MINID', 'x'), options('=', '~'), number),
]

const transactions: Words[] = [
  words('MULTI'),
  words(fc.constantFrom('EXEC', 'EXEC', 'EXEC', 'DISCARD')),
  words('WATCH', key),
  words('UNWATCH'),
]

const connection: Words[] = [
  words(fc.constantFrom('PING', 'ECHO'), some(value, 0)),
  words('SELECT', fc.constantFrom('0', '-1', 'x', '99')),
  words('CLIENT', fc.constantFrom('SETNAME', 'setname'), fc.constantFrom('me', 'not me', '')),
  words('CLIENT', 'GETNAME'),
  words('CLIENT', fc.constantFrom('ID', 'nonsense', 'GETNAME'), some(value)),
  words(fc.constantFrom('NONSENSE', 'nonsense', ''), some(value, 0)),
  words(fc.constantFrom('PUBLISH', 'SPUBLISH'), key, value),
  words('PUBSUB', fc.constantFrom('CHANNELS', 'NUMSUB', 'NUMPAT', 'SHARDNUMSUB', 'nonsense'), some(key, 0)),
  words(
    fc.constantFrom(
      'GET',
      'SET',
      'HSET',
      'ZADD',
      'XADD',
      'EXPIRE',
      'MULTI',
      'EXEC',
      'AUTH',
      'CLIENT',
      'CONFIG',
    ),
  ),
  words('AUTH', some(value)),
  words('HELLO', fc.constantFrom('4', 'x', '3.0'), some(value, 0)),
  words('FLUSHALL', options('ASYNC', 'x')),
]

/** One command, mostly sensible. */
export const anyCommand: Words = fc.oneof(
  ...[strings, keys, hashes, setsAndLists, sortedSets, streams, transactions, connection].map(group =>
    fc.oneof(...group),
  ),
)

const unordered =
  /^(?:KEYS|SCAN|SSCAN|HSCAN|ZSCAN|SMEMBERS|SUNION|SINTER|SDIFF|HGETALL|HKEYS|HVALS|SPOP|SRANDMEMBER)$/i

/** Whether Redis promises no order of the elements in the reply. */
export function isUnordered([name = '']: readonly string[]): boolean {
  return unordered.test(name)
}
