import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type EmbeddedRedis,
  type EmbeddedRedisOptions,
  startEmbeddedRedis,
} from '../../src/local/redis/server.ts'
import { anyCommand } from '../conformance/redis-commands.ts'
import { encodeCommand, RespClient, showReply } from '../conformance/resp-client.ts'

describe('the embedded Redis', () => {
  const open: { close(): unknown }[] = []
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })

  async function start(options: Partial<EmbeddedRedisOptions> = {}): Promise<EmbeddedRedis> {
    const server = await startEmbeddedRedis({ port: 0, ...options })
    open.push(server)
    return server
  }

  async function connect({ port }: EmbeddedRedis): Promise<RespClient> {
    const client = await RespClient.open(port)
    open.unshift(client)
    return client
  }

  it('says what it is', async () => {
    const client = await connect(await start())
    const info = String((await client.command('INFO')).value)
    expect(info).toContain('redis_version:7.0.')
    expect(info).toContain('\r\nrtdeploy_embedded:1\r\n')
    expect(info).toContain('server_name:rtdeploy embedded Redis')
    const keyspace = String((await client.command('INFO', 'keyspace')).value)
    expect(keyspace).toBe('# Keyspace\r\n')
  })

  it('knows how the redis package introduces itself', async () => {
    const client = await connect(await start())
    const replies = await client.pipeline([
      ['HELLO', '3', 'SETNAME', 'chat-0'],
      ['CLIENT', 'SETINFO', 'LIB-NAME', 'node-redis'],
      ['CLIENT', 'SETINFO', 'LIB-VER', '6.3.1'],
      ['CLIENT', 'SETINFO', 'LIB-NAME', 'with blank'],
      ['CLIENT', 'SETINFO', 'NONSENSE', 'x'],
      ['CLIENT', 'MAINT_NOTIFICATIONS', 'ON'],
      ['CLIENT', 'TRACKING', 'ON'],
    ])
    expect(replies.slice(1).map(({ mark }) => mark)).toEqual(['+', '+', '-', '-', '-', '-'])
    const list = String((await client.command('CLIENT', 'LIST')).value)
    expect(list).toMatch(
      /^txt:id=\d+ addr=127\.0\.0\.1:\d+ .*name=chat-0 .*lib-name=node-redis lib-ver=6\.3\.1\n$/,
    )
  })

  it('lists its commands and settings', async () => {
    const client = await connect(await start())
    const count = Number((await client.command('COMMAND', 'COUNT')).value)
    expect((await client.command('COMMAND')).value).toHaveLength(count)
    expect((await client.command('COMMAND', 'LIST')).value).toHaveLength(count)
    expect(showReply(await client.command('COMMAND', 'INFO', 'get', 'nonsense'))).toBe(
      '*[*[$"get" :2 *[] :0 :0 :0 *[] *[] *[] *[]] *null]',
    )
    expect(showReply(await client.command('CONFIG', 'GET', 'maxmemory*'))).toBe(
      '*[$"maxmemory" $"0" $"maxmemory-policy" $"noeviction"]',
    )
  })

  it('refuses scripts that it does not know, and says what helps', async () => {
    const client = await connect(await start())
    expect(showReply(await client.command('EVAL', 'return 1', '0'))).toBe(
      "-ERR rtdeploy's embedded Redis runs no Lua; put redis-server on PATH or set REDIS_URL to use this script",
    )
  })

  it('refuses an argument larger than 64 MB before it comes', async () => {
    const client = await connect(await start())
    client.sendBytes(`*2\r\n$4\r\nECHO\r\n$${64 * 1024 * 1024 + 1}\r\n`)
    expect(showReply(await client.receive())).toBe('-ERR Protocol error: invalid bulk length')
    await client.closed()
  })

  it('answers a reply that is too large with an error and goes on', async () => {
    const client = await connect(await start())
    await client.command('SET', 'large', 'v'.repeat(32 * 1024 * 1024))
    const keys = Array.from({ length: 20 }, () => 'large')
    const replies = await client.pipeline([['MGET', ...keys], ['PING']])
    expect(replies.map(showReply)).toEqual([
      "-ERR the reply is too large for rtdeploy's embedded Redis",
      '+PONG',
    ])
  })

  it('cuts a client that sends without end behind a command that waits', async () => {
    const client = await connect(await start())
    client.send(['XREAD', 'BLOCK', '0', 'STREAMS', 's', '$'])
    const megabyte = '\n'.repeat(1024 * 1024)
    for (let sent = 0; sent < 160; sent++) client.sendBytes(megabyte)
    await client.closed()
  })

  it('ignores what comes after a protocol error', async () => {
    const client = await connect(await start())
    client.sendBytes('*x\r\n*1\r\n$4\r\nPING\r\n')
    expect((await client.receive()).mark).toBe('-')
    client.sendBytes('*1\r\n$4\r\nPING\r\n')
    await client.closed()
    await expect(client.receive()).rejects.toThrow('the server has closed the connection')
  })

  it('cuts a subscriber that stays behind for too long', async () => {
    const limits = { hardBytes: 2 ** 30, softBytes: 64 * 1024, softMs: 50 }
    const server = await start({ subscriberLimits: limits })
    const [slow, publisher] = [await connect(server), await connect(server)]
    await slow.command('SUBSCRIBE', 'flood')
    slow.pause()
    // The sockets of both sides hold some megabytes by themselves.
    const flood = async (): Promise<string> =>
      showReply(await publisher.command('PUBLISH', 'flood', 'm'.repeat(1024 * 1024)))
    await expect.poll(flood, { timeout: 20_000 }).toBe(':0')
  })

  it('stops reading from a client that does not read its replies, and goes on when it does', async () => {
    const server = await start()
    const [lazy, other] = [await connect(server), await connect(server)]
    await other.command('SET', 'large', 'v'.repeat(1024 * 1024))
    lazy.pause()
    const commands = Array.from({ length: 100 }, () => ['GET', 'large'])
    for (const words of commands) lazy.send(words)
    lazy.send(['INCR', 'done'])
    for (let round = 0; round < 20; round++) await other.command('PING')
    expect(showReply(await other.command('GET', 'done'))).toBe('$null')
    lazy.resume()
    for (const _ of commands) expect(String((await lazy.receive()).value).length).toBe(1024 * 1024)
    expect(showReply(await lazy.receive())).toBe(':1')
  })

  it('cuts another client when asked to', async () => {
    const server = await start()
    const [one, other] = [await connect(server), await connect(server)]
    const id = String((await other.command('CLIENT', 'ID')).value)
    expect(showReply(await one.command('CLIENT', 'KILL', 'ID', id))).toBe(':1')
    await other.closed()
  })

  it('cuts its clients when it ends, and frees the port', async () => {
    const server = await start()
    const client = await connect(server)
    await client.command('XADD', 's', '1-1', 'f', 'v')
    client.send(['XREAD', 'BLOCK', '0', 'STREAMS', 's', '$'])
    await server.close()
    await client.closed()
    const again = await start({ port: server.port })
    expect(again.port).toBe(server.port)
  })

  it('outlives broken bytes of any kind', async () => {
    const server = await start()
    const seed = Number(process.env.RTDEPLOY_TEST_SEED ?? Date.now() % 2 ** 31)
    const stream = fc.tuple(
      fc.array(anyCommand, { minLength: 1, maxLength: 10 }),
      fc.array(fc.tuple(fc.nat(2_000), fc.nat(255)), { maxLength: 6 }),
    )
    await fc.assert(
      fc.asyncProperty(stream, async ([commands, flips]) => {
        const bytes = Buffer.from(commands.map(encodeCommand).join(''), 'latin1')
        for (const [place, byte] of flips) bytes[place % bytes.length] = byte
        const client = await RespClient.open(server.port)
        client.sendBytes(bytes.toString('latin1'))
        const other = await RespClient.open(server.port)
        expect(showReply(await other.command('PING'))).toBe('+PONG')
        client.close()
        other.close()
      }),
      { seed, numRuns: 200 },
    )
  })

  it('rejects when the port is taken', async () => {
    const { port } = await start()
    await expect(startEmbeddedRedis({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
