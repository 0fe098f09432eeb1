import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { MongoClient } from 'mongodb'
import { createClient } from 'redis'
import { type Level, levels } from './log.ts'

const logins = ['required', 'offered'] as const
export const adapters = ['redis', 'sharded', 'streams'] as const

export interface Config {
  production: boolean
  host: string
  port: number
  metricsPort: number
  /** What this process calls itself: the pod's name, or the machine's. */
  replica: string
  redisUrl: string | undefined
  adapter: (typeof adapters)[number]
  mongoUrl: string | undefined
  /** `offered`: a server that knows no users is taken without the user and the password of its address. */
  mongoLogin: (typeof logins)[number]
  database: string
  cookieSecret: string
  /** Origins that may connect besides the page's own. */
  origins: string[]
  logLevel: Level
  /** Between "not ready" and the first closed connection: the balancer must have noticed. */
  drainWaitMs: number
  /** Over this long the connections are closed. */
  drainMs: number
  /** Events a second of one connection, and how many at once. */
  eventsPerSecond: number
  eventBurst: number
  maxConnections: number
  /** At most one frame of new messages per client and room in this time. */
  frameMs: number
}

export interface Loaded {
  config: Config
  warnings: string[]
}

/** Everything that is wrong with the environment, at once. */
export class ConfigProblems extends Error {
  readonly problems: string[]
  constructor(problems: string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/** Reads the environment. Throws ConfigProblems; values of secrets stand in no message. */
export function loadConfig(env: NodeJS.ProcessEnv): Loaded {
  const problems: string[] = []
  const warnings: string[] = []
  const production = env.NODE_ENV === 'production'

  const given = (name: string) => (env[name] === '' ? undefined : env[name])
  const whole = (name: string, fallback: number, least: number, most: number) => {
    const text = given(name)
    if (text === undefined) return fallback
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    problems.push(`${name} must be a whole number from ${least} to ${most}`)
    return fallback
  }
  const oneOf = <T extends string>(name: string, words: readonly T[], fallback: T): T => {
    const text = given(name)
    const word = words.find(candidate => candidate === text)
    if (text !== undefined && word === undefined) problems.push(`${name} must be one of ${words.join(', ')}`)
    return word ?? fallback
  }
  const address = (name: string, schemes: string[], parse: (url: string) => unknown) => {
    const text = given(name)
    if (
      text !== undefined &&
      !schemes.some(scheme => text.startsWith(`${scheme}://`) && text.length > scheme.length + 3)
    ) {
      problems.push(`${name} must start with ${schemes.map(scheme => `${scheme}://`).join(' or ')}`)
    } else if (text !== undefined && !readable(text, parse)) {
      problems.push(
        `${name} is no address that can be read: in a user and a password, : / ? # [ ] @ % are written as %3A and so on`,
      )
    }
    return text
  }

  const replica = given('POD_NAME') ?? hostname()
  if (!/^[\w.-]{1,253}$/.test(replica))
    problems.push('POD_NAME may have letters, digits, dots, dashes and underscores')

  const redisUrl = address('REDIS_URL', ['redis', 'rediss', 'unix'], url => createClient({ url }))
  const mongoUrl = address('MONGODB_URL', ['mongodb', 'mongodb+srv'], url => new MongoClient(url))
  const replicas = whole('REPLICAS', 1, 1, 10_000)
  if (mongoUrl === undefined && production)
    problems.push('MONGODB_URL is needed in production: messages would be lost')
  else if (mongoUrl === undefined && replicas > 1)
    problems.push(`MONGODB_URL is needed with ${replicas} replicas: each would have its own messages`)
  else if (mongoUrl === undefined)
    warnings.push('MONGODB_URL is not set: messages stay in memory and go with the process')
  if (redisUrl === undefined && replicas > 1) problems.push(`REDIS_URL is needed with ${replicas} replicas`)
  else if (redisUrl === undefined) warnings.push('REDIS_URL is not set: this replica hears no other')

  const secret = given('COOKIE_SECRET')
  if (secret === undefined && production)
    problems.push('COOKIE_SECRET is needed in production, the same for all replicas')
  else if (secret === undefined)
    warnings.push('COOKIE_SECRET is not set: a random one is used, names end with the process')
  else if (secret.length < 16) problems.push('COOKIE_SECRET must have at least 16 characters')

  const origins = (given('ORIGINS') ?? '')
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '')
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      problems.push(`ORIGINS: "${origin.slice(0, 80)}" is not an origin such as https://chat.example.com`)
    }
  }

  const config: Config = {
    production,
    host: given('HOST') ?? '0.0.0.0',
    port: whole('PORT', 3000, 0, 65_535),
    metricsPort: whole('METRICS_PORT', 9090, 0, 65_535),
    replica,
    redisUrl,
    adapter: oneOf('ADAPTER', adapters, 'redis'),
    mongoUrl,
    mongoLogin: oneOf('MONGODB_LOGIN', logins, 'required'),
    database: given('DATABASE') ?? databaseIn(mongoUrl) ?? 'chat',
    cookieSecret: secret ?? randomBytes(32).toString('base64url'),
    origins,
    logLevel: oneOf('LOG_LEVEL', levels, 'info'),
    drainWaitMs: whole('DRAIN_WAIT_MS', 5_000, 0, 600_000),
    drainMs: whole('DRAIN_MS', 5_000, 0, 600_000),
    eventsPerSecond: whole('EVENTS_PER_SECOND', 20, 1, 1_000_000),
    eventBurst: whole('EVENT_BURST', 40, 1, 1_000_000),
    maxConnections: whole('MAX_CONNECTIONS', 20_000, 1, 1_000_000),
    frameMs: whole('FRAME_MS', 10, 0, 1_000),
  }
  if (!/^[\w-]{1,63}$/.test(config.database))
    problems.push('DATABASE, or the path of MONGODB_URL, may have letters, digits, dashes and underscores')
  if (problems.length > 0) throw new ConfigProblems(problems)
  return { config, warnings }
}

/** By the drivers' own rules; neither of them connects before it is told to. What they throw may have the password in it. */
function readable(url: string, parse: (url: string) => unknown): boolean {
  try {
    parse(url)
    return !url.includes('#')
  } catch {
    return false
  }
}

function databaseIn(url: string | undefined): string | undefined {
  const path = url?.replace(/^[^:]+:\/\//, '').match(/\/([^?]*)/)?.[1]
  return path === undefined || path === '' ? undefined : path
}
