import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { optional } from '../support/needs.ts'
import { type RedisTarget, startEmbedded, startRealRedis } from './redis-targets.ts'
import { encodeCommand, RespClient, showReply } from './resp-client.ts'

const program = optional('redis-server')

type Start = ((password?: string) => Promise<RedisTarget>) | undefined

const targets: [name: string, start: Start][] = [
  [
    'redis-server',
    program === undefined ? undefined : password => startRealRedis(program, password ? { password } : {}),
  ],
  ['the embedded Redis', password => startEmbedded(password ? { password } : {})],
]

describe.each(targets)('on the wire, %s', (_name, start) => {
  let target: RedisTarget | undefined
  const clients: RespClient[] = []

  async function open(): Promise<RespClient> {
    const client = await RespClient.open(target?.port ?? 0)
    clients.push(client)
    return client
  }

  async function show(client: RespClient, ...words: string[]): Promise<string> {
    return showReply(await client.command(...words))
  }

  beforeAll(async () => {
    target = await start?.()
  })
  afterAll(async () => {
    for (const client of clients) client.close()
    await target?.stop()
  })

  describe.skipIf(start === undefined)('', () => {
    const broken: [name: string, bytes: string, reply: string][] = [
      ['a wrong count', '*x\r\n', 'invalid multibulk length'],
      ['a wrong length', '*1\r\n$x\r\n', 'invalid bulk length'],
      ['a negative length', '*1\r\n$-1\r\n', 'invalid bulk length'],
      ['a length too big', '*1\r\n$99999999999\r\n', 'invalid bulk length'],
      ['something else than a length', '*1\r\n:1\r\n', "expected '$', got ':'"],
      ['an open quote', 'SET k "v\r\n', 'unbalanced quotes in request'],
      ['an endless line', 'a'.repeat(70_000), 'too big inline request'],
    ]
    it.each(broken)(
      'answers what came before %s, says what is wrong and closes',
      async (_name, bytes, reply) => {
        const client = await open()
        client.sendBytes(`${encodeCommand(['PING'])}${bytes}`)
        expect(showReply(await client.receive())).toBe('+PONG')
        expect(showReply(await client.receive())).toBe(`-ERR Protocol error: ${reply}`)
        await client.closed()
      },
    )

    it('takes a command in single bytes', async () => {
      const client = await open()
      for (const byte of encodeCommand(['ECHO', 'slow'])) client.sendBytes(byte)
      expect(showReply(await client.receive())).toBe('$"slow"')
    })

    it('takes inline commands', async () => {
      const client = await open()
      client.sendBytes('\r\nECHO "a b"\nPING\r\n')
      expect(showReply(await client.receive())).toBe('$"a b"')
      expect(showReply(await client.receive())).toBe('+PONG')
    })

    it('answers QUIT, even in a transaction, and closes', async () => {
      const client = await open()
      const replies = await client.pipeline([['MULTI'], ['QUIT']])
      expect(replies.map(showReply)).toEqual(['+OK', '+OK'])
      await client.closed()
    })

    it.each(['POST / HTTP/1.1\r\n', 'GET / HTTP/1.1\r\nHost: x\r\n'])('drops a browser: %j', async bytes => {
      const client = await open()
      client.sendBytes(bytes)
      await client.closed()
    })

    it('answers thousands of commands of one write in order', async () => {
      const client = await open()
      const numbers = Array.from({ length: 20_000 }, (_, at) => String(at))
      const replies = await client.pipeline(numbers.map(number => ['ECHO', number]))
      expect(replies.map(({ value }) => value)).toEqual(numbers)
    })

    it('takes hundreds of thousands of words in one command', async () => {
      const client = await open()
      const members = Array.from({ length: 300_000 }, (_, at) => String(at))
      const replies = await client.pipeline([
        ['SADD', 'many', ...members],
        ['LPUSH', 'many-in-order', ...members],
        ['LINDEX', 'many-in-order', '0'],
        ['DEL', ...members, 'many', 'many-in-order'],
      ])
      expect(replies.map(showReply)).toEqual([':300000', ':300000', '$"299999"', ':2'])
    })

    it('lets a subscriber of RESP3 publish, and sends it its own message first', async () => {
      const client = await open()
      await client.pipeline([
        ['HELLO', '3'],
        ['SUBSCRIBE', 'self'],
      ])
      expect(await show(client, 'PUBLISH', 'self', 'hi')).toBe('>[$"message" $"self" $"hi"]')
      expect(showReply(await client.receive())).toBe(':1')
    })

    it('keeps large values and every byte as they are', async () => {
      const client = await open()
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, at) => at)).toString('latin1')
      const value = bytes.repeat(40_000)
      await client.command('SET', 'large', value)
      expect((await client.command('GET', 'large')).value === value).toBe(true)
      await client.command('DEL', 'large')
    })

    it('forgets the subscriptions of a client that is gone', async () => {
      const [subscriber, other] = [await open(), await open()]
      await subscriber.command('SUBSCRIBE', 'gone')
      expect(await show(other, 'PUBLISH', 'gone', 'x')).toBe(':1')
      subscriber.close()
      await expect
        .poll(() => show(other, 'PUBSUB', 'NUMSUB', 'gone'), { timeout: 20_000 })
        .toBe('*[$"gone" :0]')
    })

    it('drops expired keys that nobody asks for', async () => {
      const client = await open()
      await client.command('FLUSHALL')
      await client.pipeline(Array.from({ length: 100 }, (_, at) => ['SET', `brief${at}`, '', 'PX', '20']))
      await expect.poll(() => show(client, 'DBSIZE'), { timeout: 20_000 }).toBe(':0')
    })

    it('wakes a reader when its time is over', async () => {
      const client = await open()
      const before = Date.now()
      expect(await show(client, 'XREAD', 'BLOCK', '100', 'STREAMS', 'none', '$')).toBe('*null')
      expect(Date.now() - before).toBeGreaterThanOrEqual(95)
    })

    it('cuts a subscriber that does not read, and serves the others', async () => {
      const [slow, quick, publisher] = [await open(), await open(), await open()]
      await slow.command('SUBSCRIBE', 'flood')
      await quick.command('SUBSCRIBE', 'flood')
      slow.pause()
      const message = 'm'.repeat(1024 * 1024)
      let sent = 0
      for (let receivers = ':2'; receivers === ':2' && sent < 300; sent++) {
        receivers = await show(publisher, 'PUBLISH', 'flood', message)
        expect((await quick.receive()).mark).toBe('*')
      }
      expect(sent).toBeGreaterThan(32)
      expect(sent).toBeLessThan(300)
      slow.resume()
      await slow.closed()
      expect(await show(publisher, 'PUBLISH', 'flood', 'on')).toBe(':1')
    }, 60_000)

    it('asks for the password it was given', async () => {
      const guarded = await start?.('s3cret é')
      const client = await RespClient.open(guarded?.port ?? 0)
      clients.push(client)
      const password = Buffer.from('s3cret é').toString('latin1')
      const commands = [
        ['GET', 'k'],
        ['PING'],
        ['NONSENSE'],
        ['HELLO', '3'],
        ['AUTH', 'wrong'],
        ['AUTH', 'other', password],
        ['HELLO', '3', 'AUTH', 'default', 'wrong'],
        ['HELLO', '2', 'AUTH', 'default', password],
        ['GET', 'k'],
        ['RESET'],
        ['GET', 'k'],
        ['AUTH', password],
        ['GET', 'k'],
      ]
      const shown = (await client.pipeline(commands)).map(showReply)
      const wrong = '-WRONGPASS invalid username-password pair or user is disabled.'
      const first = '-NOAUTH Authentication required.'
      expect(shown.slice(0, 2)).toEqual([first, first])
      expect(shown[2]).toMatch(/^-ERR unknown command/)
      expect(shown[3]).toMatch(/^-NOAUTH HELLO must be called with the client already authenticated/)
      expect(shown.slice(4, 7)).toEqual([wrong, wrong, wrong])
      expect(shown[7]).toMatch(/^\*\[\$"server"/)
      expect(shown.slice(8)).toEqual(['$null', '+RESET', first, '+OK', '$null'])
      const flood = await RespClient.open(guarded?.port ?? 0)
      flood.sendBytes('*11\r\n')
      expect(showReply(await flood.receive())).toBe('-ERR Protocol error: unauthenticated multibulk length')
      await flood.closed()
      await guarded?.stop()
    })
  })
})
