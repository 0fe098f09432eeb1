import { describe, expect, it } from 'vitest'
import { ConfigProblems, loadConfig } from '../server/config.ts'
import { createLog } from '../server/log.ts'

const problemsOf = (env: NodeJS.ProcessEnv): string[] => {
  try {
    loadConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigProblems) return error.problems
    throw error
  }
}

describe('the configuration', () => {
  it('runs on nothing at all, and says what that costs', () => {
    const { config, warnings } = loadConfig({})
    expect(config).toMatchObject({
      port: 3000,
      host: '0.0.0.0',
      metricsPort: 9090,
      adapter: 'redis',
      database: 'chat',
    })
    expect(warnings.join(' ')).toMatch(/MONGODB_URL.*REDIS_URL.*COOKIE_SECRET/)
    expect(config.cookieSecret).not.toBe(loadConfig({}).config.cookieSecret)
  })

  it('names all problems at once and repeats no secret', () => {
    const problems = problemsOf({
      NODE_ENV: 'production',
      PORT: '70000',
      ADAPTER: 'carrier-pigeon',
      REDIS_URL: 'http://:hunter2-secret@cache',
      COOKIE_SECRET: 'hunter2-secret',
      ORIGINS: 'https://chat.example.com,nonsense/',
      POD_NAME: 'a\r\nset-cookie: x',
      DRAIN_MS: '-1',
    })
    const all = problems.join('\n')
    for (const name of [
      'PORT',
      'ADAPTER',
      'REDIS_URL',
      'COOKIE_SECRET',
      'ORIGINS',
      'POD_NAME',
      'DRAIN_MS',
      'MONGODB_URL',
    ]) {
      expect(all).toContain(name)
    }
    expect(all).not.toContain('hunter2')
  })

  it('names the variable whose address cannot be read, and not the password in it', () => {
    const redis = [
      'redis://:hunter2#b@host',
      'redis://hunter2#b@host',
      'redis://u:hunter2%@host',
      'rediss://:x@h/hunter2',
    ]
    for (const url of [...redis, 'redis://u:hunter2/x@host:6379']) {
      const problems = problemsOf({ REDIS_URL: url }).join()
      expect(problems, url).toMatch(/^REDIS_URL is no address/)
      expect(problems).not.toContain('hunter2')
    }
    const mongo = [
      'mongodb://u:hunter2#b@host/chat',
      'mongodb://u:hunter2@one:x/chat',
      'mongodb://u:hunter2%@host/chat',
    ]
    for (const url of [
      ...mongo,
      'mongodb://u:hunter2@x@host',
      'mongodb://host/chat?readPreference=hunter2',
    ]) {
      const problems = problemsOf({ MONGODB_URL: url }).join()
      expect(problems, url).toMatch(/^MONGODB_URL is no address/)
      expect(problems).not.toContain('hunter2')
    }
    const fine = [
      { REDIS_URL: 'redis://:a%23b@host:6379/2' },
      { REDIS_URL: 'rediss://[::1]:6380' },
      { REDIS_URL: 'unix:///run/redis.sock' },
      { MONGODB_URL: 'mongodb://u:a%23b@one:27017,two:27018/chat?replicaSet=rs0&tls=true' },
      { MONGODB_URL: 'mongodb+srv://u:p@cluster.example.net/chat?retryWrites=true' },
    ]
    for (const env of fine) expect(problemsOf(env), JSON.stringify(env)).toEqual([])
  })

  it('wants what several replicas and production need', () => {
    expect(problemsOf({ REPLICAS: '3' }).join()).toMatch(/MONGODB_URL.*REDIS_URL/)
    expect(problemsOf({ NODE_ENV: 'production' })).toHaveLength(2)
  })

  it('takes the database from the address, or from DATABASE', () => {
    expect(loadConfig({ MONGODB_URL: 'mongodb://a:b@one,two/rooms?tls=true' }).config.database).toBe('rooms')
    expect(loadConfig({ MONGODB_URL: 'mongodb://one/', DATABASE: 'other' }).config.database).toBe('other')
    expect(problemsOf({ MONGODB_URL: 'mongodb://one/%' }).join()).toContain('MONGODB_URL')
  })
})

describe('the log', () => {
  it('writes one JSON object a line, from its level on, without passwords', () => {
    const lines: string[] = []
    const log = createLog('info', { replica: 'one' }, line => void lines.push(line))
    log.debug('not this')
    const cause = new Error('connect redis://user:hunter2@cache:6379 failed')
    log.with({ request: 'r1' }).error('it broke\nbadly', { error: new Error('no answer', { cause }) })
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'error',
      replica: 'one',
      request: 'r1',
      msg: 'it broke\nbadly',
    })
    expect(lines[0]).not.toContain('hunter2')
    expect(lines[0]!.trimEnd()).not.toContain('\n')
  })
})
