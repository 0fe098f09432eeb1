import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { io, type ManagerOptions, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { optional } from '../support/needs.ts'
import { packageRoot, runCli, temporaryFolder } from '../support/run-cli.ts'
import { until } from '../support/until.ts'
import { chatProject, docker, mustDocker, uniqueName } from './docker-project.ts'

const template = join(packageRoot, 'chat-template')
const read = (path: string) => readFileSync(join(template, path), 'utf8')
const { services, networks, volumes } = parse(read('compose.yaml'), { merge: true })
const haproxy = optional('haproxy')
const program = optional('docker')
const startMs = 60_000

describe('compose.yaml of the chat', () => {
  it('has no secret in it: each comes from .env, and it says so when one is missing', () => {
    const places = Object.values<{ environment?: Record<string, string>; command?: string[] }>(services)
    const values = places.flatMap(({ environment = {}, command = [] }) => [
      ...Object.entries(environment).filter(([name]) => /SECRET|PASSWORD|AUTH|URL/.test(name)),
      ...command.slice(command.indexOf('--requirepass') + 1).map(word => ['--requirepass', word]),
    ])
    const secret = values.filter(([name]) => name !== '--requirepass').map(([, value]) => value)
    expect(secret.length).toBeGreaterThanOrEqual(6)
    for (const value of secret) expect(value).toMatch(/\$\{\w+:\?copy env\.example to \.env/)
    const names = [...read('compose.yaml').matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name)
    for (const name of names) expect(read('env.example')).toMatch(new RegExp(`^${name}=$`, 'm'))
    expect(read('_gitignore')).toMatch(/^\.env$/m)
    expect(read('_dockerignore')).toMatch(/\.env\*$/m)
  })

  it.each(Object.keys(services))('bounds %s, checks its health, takes its rights away', name => {
    const service = services[name]
    expect(service.deploy.resources.limits).toEqual({ cpus: expect.any(String), memory: expect.any(String) })
    expect(service.cap_drop).toEqual(['ALL'])
    expect(service.security_opt).toEqual(['no-new-privileges:true'])
    expect(service.restart).toBe('unless-stopped')
    // The app's is in its image.
    if (name !== 'app') expect(service.healthcheck.test[0]).toBe('CMD')
    if (name !== 'app') expect(service.image).toMatch(/:\d/)
  })

  it('starts each only when what it needs is healthy', () => {
    const needs = Object.entries<{ depends_on?: object }>(services).map(([name, { depends_on = {} }]) => [
      name,
      depends_on,
    ])
    const healthy = { condition: 'service_healthy' }
    expect(Object.fromEntries(needs)).toEqual({
      door: { app: healthy },
      app: { redis: healthy, mongo: healthy },
      redis: {},
      mongo: {},
    })
  })

  it('puts three replicas behind the door, which has room for more and asks each whether it is ready', () => {
    const { replicas } = services.app.deploy
    expect([replicas, services.app.environment.REPLICAS]).toEqual([3, '3'])
    const config = read('compose/haproxy.cfg')
    expect(services.door.volumes).toEqual(['./compose/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro'])
    const [, most, port] = config.match(/^ {2}server-template replica 1-(\d+) app:(\d+) check /m) ?? []
    expect(Number(most)).toBeGreaterThan(replicas)
    expect(config).toMatch(/^ {2}option httpchk GET \/readyz$/m)
    expect(config).toMatch(/^ {2}cookie replica insert /m)
    // The app listens where the door looks for it: PORT is not set, so it is the default.
    expect(services.app.environment).not.toHaveProperty('PORT')
    expect(read('Dockerfile')).toMatch(new RegExp(`^EXPOSE ${port} `, 'm'))
    expect(services.door.ports).toEqual([expect.stringMatching(/:8080$/)])
    expect(config).toMatch(/^ {2}bind :8080$/m)
  })

  it('lets the app into Redis with the password and into its own database as its own user', () => {
    const { REDIS_URL, MONGODB_URL } = services.app.environment
    const plain = (text: string) => text.replaceAll(/\$\{(\w+):\?[^}]*\}/g, '$1')
    expect(plain(REDIS_URL)).toBe('redis://:REDIS_PASSWORD@redis:6379')
    const { command, environment } = services.redis
    expect(plain(command[command.indexOf('--requirepass') + 1])).toBe('REDIS_PASSWORD')
    expect(plain(environment.REDISCLI_AUTH)).toBe('REDIS_PASSWORD')
    expect(plain(MONGODB_URL)).toBe('mongodb://chat:MONGO_PASSWORD@mongo:27017/chat')
    expect(plain(services.mongo.environment.MONGO_PASSWORD)).toBe('MONGO_PASSWORD')
    expect(plain(services.mongo.environment.MONGO_INITDB_ROOT_PASSWORD)).toBe('MONGO_ROOT_PASSWORD')
    const made: unknown[] = []
    const db = {
      getSiblingDB: (name: string) => ({ createUser: (user: object) => made.push({ name, ...user }) }),
    }
    const env = { MONGO_PASSWORD: 'from .env' }
    new Function('db', 'process', read('compose/mongo-user.js'))(db, { env })
    const roles = [{ role: 'readWrite', db: 'chat' }]
    expect(made).toEqual([{ name: 'chat', user: 'chat', pwd: 'from .env', roles }])
  })

  it('keeps the messages in a volume of their own, and nothing of Redis', () => {
    const initial = './compose/mongo-user.js:/docker-entrypoint-initdb.d/user.js:ro'
    expect(services.mongo.volumes).toEqual(['messages:/data/db', initial])
    expect(volumes).toEqual({ messages: null })
    expect([services.redis.volumes, services.redis.tmpfs]).toEqual([undefined, ['/data']])
  })

  it('keeps the databases where only the app can reach them', () => {
    expect(networks.back).toEqual({ internal: true })
    expect([services.redis.networks, services.mongo.networks]).toEqual([['back'], ['back']])
    expect(Object.keys(services).filter(name => services[name].ports !== undefined)).toEqual(['door'])
    expect(services.door.networks).toEqual(['front'])
  })

  it('waits with SIGKILL until the drain can be over', () => {
    const { DRAIN_WAIT_MS, DRAIN_MS = 5_000 } = services.app.environment
    const patienceMs = 7_000
    const graceMs = Number(services.app.stop_grace_period.replace('s', '')) * 1_000
    expect(graceMs).toBeGreaterThanOrEqual(Number(DRAIN_WAIT_MS) + Number(DRAIN_MS) + patienceMs)
  })

  it.skipIf(haproxy === undefined)('has a configuration that HAProxy takes', () => {
    const checked = spawnSync(haproxy ?? '', ['-c', '-f', join(template, 'compose', 'haproxy.cfg')])
    expect(`${checked.stdout}${checked.stderr}`).toMatch(/^Configuration file is valid/m)
    expect(checked.status).toBe(0)
  })
})

describe.skipIf(program === undefined)('docker compose', { timeout: 300_000 }, () => {
  const run = program ?? ''
  const project = uniqueName('rtdeploy-test')
  const files = ['--file', 'compose.yaml']
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  const settings = { cwd: '', env: { COMPOSE_PROJECT_NAME: project } }
  const compose = (...args: string[]) => mustDocker(run, ['compose', ...files, ...args], settings)
  const containers = async (service: string) =>
    (await compose('ps', '--all', '--quiet', service)).split('\n').filter(id => id !== '')
  const door = async () => `http://${await compose('port', 'door', '8080')}`
  const up = () => compose('up', '--detach', '--wait', '--wait-timeout', '180')

  beforeAll(async () => {
    folder = await temporaryFolder()
    settings.cwd = folder.path
    await chatProject(folder.path)
  }, 60_000)

  afterAll(async () => {
    await docker(
      run,
      ['compose', ...files, 'down', '--volumes', '--rmi', 'local', '--timeout', '5'],
      settings,
    )
    await folder[Symbol.asyncDispose]()
  }, 120_000)

  it('says what is missing before it starts anything', async () => {
    const { code, err } = await docker(run, ['compose', ...files, 'up'], settings)
    expect([code, err]).toEqual([1, expect.stringContaining('copy env.example to .env and fill it in')])
  })

  it('starts three replicas that verify calls right', async () => {
    const filled = readFileSync(join(folder.path, 'env.example'), 'utf8')
      .replace(
        /^(\w+(?:SECRET|PASSWORD))=$/gm,
        (_, name) => `${name}=${uniqueName(name.toLowerCase()).replaceAll(/\W|_/g, '')}`,
      )
      .replace(/^PUBLISH=.*$/m, 'PUBLISH=127.0.0.1:0')
    await writeFile(join(folder.path, '.env'), filled)
    expect(await compose('config', '--quiet')).toBe('')
    if ((await docker(run, ['pull', '--quiet', 'haproxy:3.2-alpine'])).code !== 0) {
      // Says itself what it replaces, and what is not shown by that.
      const name = 'compose.stand-ins.yaml'
      await copyFile(join(packageRoot, 'test', 'chat', 'fixtures', name), join(folder.path, name))
      files.push('--file', name)
    }
    await compose('build')
    await up()
    const verify = await runCli(
      [
        'verify',
        await door(),
        '--json',
        '--replicas',
        '3',
        '--identity',
        'event:hostname',
        '--auth',
        '{"name":"verify"}',
      ],
      { cwd: '/' },
    )
    const report = JSON.parse(verify.stdout)
    expect([report.outcome, report.result]).toEqual(['done', expect.anything()])
    expect(verify.exitCode).toBe(0)
  })

  it('lets nobody into Redis without the password', async () => {
    const asked = await compose('exec', '-T', '--env', 'REDISCLI_AUTH=', 'redis', 'redis-cli', 'ping')
    expect(asked).toContain('NOAUTH')
    expect(await compose('exec', '-T', 'redis', 'redis-cli', 'ping')).toBe('PONG')
  })

  it('goes on with the others when a replica is killed', async () => {
    const [one] = await containers('app')
    await mustDocker(run, ['kill', one ?? ''])
    const base = await door()
    await until(
      'ten requests in a row are answered',
      async () => {
        const answers = await Promise.all(Array.from({ length: 10 }, () => fetch(`${base}/readyz`)))
        return answers.every(answer => answer.ok)
      },
      startMs,
    )
    await up()
    expect(await containers('app')).toHaveLength(3)
  })

  it('lets a replica that ends finish its sessions, polling ones too', async () => {
    const socket = connect(await door(), { transports: ['polling'] })
    const hosts: string[] = []
    socket.on('hostname', (host: string) => hosts.push(host))
    const reasons: string[] = []
    socket.on('disconnect', reason => reasons.push(reason))
    // Each of these is a request that has to reach the replica which knows the session.
    const talk = setInterval(() => socket.volatile.emit('echo', {}), 100)
    try {
      await until('a replica says its name', () => hosts.length > 0, startMs)
      const [host = ''] = hosts
      await mustDocker(run, ['stop', '--time', '20', host])
      await until('another replica says its name', () => hosts.length > 1, startMs)
      // Anything else means that HAProxy sent a request to a replica that does not know the session.
      expect(reasons).toEqual(['transport close'])
      expect(hosts[1]).not.toBe(host)
    } finally {
      clearInterval(talk)
      socket.disconnect()
    }
  })

  it('keeps the messages when all of it is taken down and comes back', async () => {
    const sent = { room: 'lobby', clientMsgId: uniqueName('m'), text: 'still here tomorrow' }
    expect(await ask(await door(), 'message:send', sent)).toMatchObject({ ok: true })
    await compose('stop', 'app')
    for (const id of await containers('app'))
      expect(await mustDocker(run, ['inspect', '--format', '{{.State.ExitCode}}', id])).toBe('0')
    await compose('down')
    await up()
    const page = await ask(await door(), 'history:before', { room: 'lobby', before: 1_000_000 })
    expect(page.entries).toEqual([expect.objectContaining({ text: sent.text })])
  })
})

interface Answer {
  readonly ok: boolean
  readonly entries?: unknown[]
}

/** Node's client carries cookies only when it is told to; browsers do it by themselves. */
function connect(url: string, options: Partial<ManagerOptions> = {}): Socket {
  return io(url, { forceNew: true, withCredentials: true, auth: { name: 'Ada' }, ...options })
}

/** Joins the lobby and asks one thing. */
async function ask(url: string, event: string, payload: object): Promise<Answer> {
  const socket = connect(url)
  try {
    await socket.timeout(20_000).emitWithAck('room:join', { room: 'lobby' })
    return await socket.timeout(20_000).emitWithAck(event, payload)
  } finally {
    socket.disconnect()
  }
}
