import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { optional } from '../support/needs.ts'
import { type RedisTarget, startEmbedded, startRealRedis } from './redis-targets.ts'
import { type AdapterKind, type Node, startCluster, untilConnected } from './socketio-cluster.ts'

const program = optional('redis-server')
const foreignUrl = process.env.RTDEPLOY_TEST_REDIS_URL

type Start = ((port?: number) => Promise<RedisTarget>) | undefined

const servers: [name: string, start: Start, url: string | undefined][] = [
  ['the embedded Redis', port => startEmbedded(port === undefined ? {} : { port }), undefined],
  [
    'redis-server',
    program === undefined ? undefined : port => startRealRedis(program, port === undefined ? {} : { port }),
    undefined,
  ],
  // By invitation: without the variable there is nothing that could be missed.
  ...(foreignUrl === undefined
    ? []
    : ([['the Redis of RTDEPLOY_TEST_REDIS_URL', undefined, foreignUrl]] as [string, Start, string][])),
]
const adapters: [kind: AdapterKind, resp: 2 | 3][] = [
  ['classic', 3],
  ['classic', 2],
  ['sharded', 3],
  ['sharded', 2],
  ['streams', 3],
  ['streams', 2],
]

describe.each(servers)('two Socket.IO servers over %s', (_name, start, givenUrl) => {
  describe.skipIf(start === undefined && givenUrl === undefined).each(adapters)(
    '%s, RESP%i',
    (kind, resp) => {
      let target: RedisTarget | undefined
      let nodes: [Node, Node] | undefined

      function cluster(): [Node, Node] {
        if (nodes === undefined) throw new Error('not started')
        return nodes
      }

      beforeAll(async () => {
        target = await start?.()
        nodes = await startCluster(givenUrl ?? `redis://127.0.0.1:${target?.port}`, kind, resp)
      })
      afterAll(async () => {
        for (const node of nodes ?? []) await node.stop()
        await target?.stop()
      })

      it('broadcast to the clients of both, with text and bytes', async () => {
        const [one, two] = cluster()
        const payload = ['héllo', { n: 1 }, Buffer.from([0, 255, 13, 10])]
        const received = Promise.all([one, two].map(({ client }) => nextEvent(client, 'news')))
        one.server.emit('news', ...payload)
        expect(await received).toEqual([payload, payload])
      })

      it('reach the members of a room and nobody else', async () => {
        const [one, two] = cluster()
        one.server.in(two.client.id ?? '').socketsJoin('room')
        await expect.poll(async () => roomSize(one, 'room'), { timeout: 20_000 }).toBe(1)
        const strays: string[] = []
        one.client.on('secret', () => strays.push('a client outside the room'))
        const received = nextEvent(two.client, 'secret')
        const last = nextEvent(one.client, 'after')
        one.server.to('room').emit('secret', 1)
        one.server.emit('after')
        expect(await received).toEqual([1])
        await last
        expect(strays).toEqual([])
        two.server.in('room').socketsLeave('room')
        await expect.poll(async () => roomSize(one, 'room'), { timeout: 20_000 }).toBe(0)
      })

      it('know the sockets of each other', async () => {
        const [one, two] = cluster()
        const found = await one.server.fetchSockets()
        expect(found.map(({ id }) => id).sort()).toEqual([one.client.id, two.client.id].sort())
      })

      it('gather the answers of all clients', async () => {
        const [one, two] = cluster()
        for (const [at, { client }] of [one, two].entries()) {
          client.once('question', (answer: (text: string) => void) => answer(`answer ${at}`))
        }
        const answers: string[] = await one.server.timeout(20_000).emitWithAck('question')
        expect(answers.sort()).toEqual(['answer 0', 'answer 1'])
      })

      it('talk to each other, with and without an answer', async () => {
        const [one, two] = cluster()
        const heard = new Promise(resolve => two.server.once('hint', resolve))
        one.server.serverSideEmit('hint', 'psst')
        expect(await heard).toBe('psst')
        two.server.once('question', (answer: (text: string) => void) => answer('yes'))
        expect(await one.server.serverSideEmitWithAck('question')).toEqual(['yes'])
      })

      it.skipIf(start === undefined)(
        'find each other again when Redis was killed and is back',
        async () => {
          const port = target?.port ?? 0
          await target?.stop()
          target = await start?.(port)
          await untilConnected(cluster())
        },
        60_000,
      )
    },
  )
})

function nextEvent(client: Node['client'], name: string): Promise<unknown[]> {
  return new Promise(resolve => client.once(name, (...args: unknown[]) => resolve(args)))
}

async function roomSize({ server }: Node, room: string): Promise<number> {
  return (await server.in(room).fetchSockets()).length
}
