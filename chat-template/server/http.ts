import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import sirv from 'sirv'
import * as v from 'valibot'
import { displayName } from '../shared/events.ts'
import type { Config } from './config.ts'
import type { Health } from './health.ts'
import type { Log } from './log.ts'
import { originAllowed } from './origin.ts'
import { cookieName, type Sessions, sessionMs } from './session.ts'
import type { Clock } from './types.ts'

export interface HttpOptions {
  config: Config
  clock: Clock
  log: Log
  sessions: Sessions
  health: Health
  /** The built page. */
  clientFolder: string | undefined
  draining: () => boolean
}

/** Everything from here: no inline script, no third party, no frame. */
const securityHeaders = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
}

const mostBody = 2_000

/** Answers everything but Socket.IO: probes, the session and the page. */
export function createRequestListener(options: HttpOptions) {
  const page = createPage(options.clientFolder)
  return (request: IncomingMessage, response: ServerResponse): void => {
    const given = [request.headers['x-request-id']].flat()[0]
    const id = given !== undefined && /^[\w-]{1,64}$/.test(given) ? given : randomUUID()
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
    response.setHeader('x-request-id', id)
    const path = (request.url ?? '/').split('?')[0]!
    const log = options.log.with({ request: id })
    response.on('finish', () =>
      log.debug('answered', { method: request.method, path, status: response.statusCode }),
    )
    answer(options, page, path, request, response).catch(error => {
      log.error('a request failed', { path: path.slice(0, 100), error })
      if (!response.headersSent) json(response, 500, { error: 'internal', request: id })
      else response.destroy()
    })
  }
}

type Page = (request: IncomingMessage, response: ServerResponse) => void

async function answer(
  options: HttpOptions,
  page: Page,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
) {
  if (path === '/session') return session(options, request, response)
  if (request.method !== 'GET' && request.method !== 'HEAD') return json(response, 405, { error: 'method' })
  if (path === '/livez') return json(response, 200, { status: 'ok' })
  if (path === '/readyz') return ready(options, response)
  return page(request, response)
}

/**
 * Ready as soon as MongoDB has answered once. Later on a lost backend makes the replica degraded, not unready: it would
 * be lost for all replicas at once, and a balancer without a backend serves nobody.
 */
function ready({ config, health, draining }: HttpOptions, response: ServerResponse): void {
  const { redis, mongo, healthy, started, reason } = health
  const status = draining() ? 'draining' : !started ? 'starting' : healthy ? 'ok' : 'degraded'
  const body = { status, redis, mongo: mongo === 'none' ? 'memory' : mongo, reason, replica: config.replica }
  json(response, status === 'ok' || status === 'degraded' ? 200 : 503, body)
}

/** GET: who am I; a page asks it when it is loaded. POST {name}: I am called so. */
async function session(
  options: HttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { sessions, clock, config } = options
  const now = clock.now()
  if (request.method === 'GET') {
    const user = await sessions.authenticate(request.headers, {}, now)
    const renewed = user && sessions.renewed(request.headers, now)
    if (renewed !== undefined) setCookie(request, response, renewed)
    return json(response, 200, { user: user ?? null })
  }
  if (request.method !== 'POST') return json(response, 405, { error: 'method' })
  if (!originAllowed(request, config.origins)) return json(response, 403, { error: 'origin' })
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? ''))
    return json(response, 415, { error: 'type' })
  const body = await read(request)
  if (body === undefined) {
    response.setHeader('connection', 'close')
    return json(response, 413, { error: 'size' })
  }
  const name = v.safeParse(v.object({ name: displayName }), body)
  if (!name.success) return json(response, 400, { error: 'name', message: name.issues[0].message })
  const known = await sessions.authenticate(request.headers, {}, now)
  const user = await sessions.signIn(name.output.name, known)
  if (user === undefined) return json(response, 403, { error: 'login' })
  setCookie(request, response, sessions.seal(user, now))
  json(response, 200, { user })
}

function setCookie(request: IncomingMessage, response: ServerResponse, value: string): void {
  const secure = request.headers['x-forwarded-proto'] === 'https' ? '; Secure' : ''
  const rest = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${sessionMs / 1_000}${secure}`
  response.setHeader('set-cookie', `${cookieName}=${value}; ${rest}`)
}

/** The JSON in the body; null when it is none, undefined when it is too long. */
async function read(request: IncomingMessage): Promise<unknown> {
  const text = await new Promise<string | undefined>((resolve, reject) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      body += chunk
      if (body.length <= mostBody) return
      request.pause()
      resolve(undefined)
    })
    request.on('end', () => resolve(body))
    request.on('error', reject)
  })
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** The built files; a room's link is the same page. */
function createPage(folder: string | undefined): Page {
  const missing = (response: ServerResponse) => json(response, 404, { error: 'not-found' })
  if (folder === undefined || !existsSync(folder)) return (_, response) => missing(response)
  const serve = sirv(folder, {
    etag: true,
    gzip: true,
    brotli: true,
    setHeaders: (response, path) => {
      const cache = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
      response.setHeader('cache-control', cache)
    },
  })
  return (request, response) => {
    if (request.url?.startsWith('/r/')) request.url = '/'
    serve(request, response, () => missing(response))
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}
