import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { UserError } from '../../errors.ts'

/** One thing that the supervisor can be asked to do: `METHOD /path`. The body is JSON or absent. */
export type ControlRoutes = Readonly<Record<string, (body: unknown) => Promise<unknown>>>

const largestBody = 64 * 1024

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request) {
    size += (part as Buffer).length
    if (size > largestBody) throw new Error('the body is too large')
    parts.push(part as Buffer)
  }
  return size === 0 ? undefined : JSON.parse(Buffer.concat(parts).toString('utf8'))
}

function told(error: unknown): object {
  if (!(error instanceof UserError)) return { error: error instanceof Error ? error.message : String(error) }
  const { message, code, hint, details } = error
  return { error: message, code, hint, details }
}

const digest = (text: string) => createHash('sha256').update(text).digest()

/** Serves the routes on 127.0.0.1 to whoever has the token: other users of the machine do not. */
export function startControl(
  token: string,
  routes: ControlRoutes,
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(`${JSON.stringify(body)}\n`)
    }
    const given = digest(request.headers.authorization ?? '')
    if (!timingSafeEqual(given, digest(`Bearer ${token}`))) return answer(401, { error: 'wrong token' })
    const route = routes[`${request.method} ${request.url}`]
    if (route === undefined) return answer(404, { error: `no route ${request.method} ${request.url}` })
    readBody(request)
      .then(route)
      .then(
        body => answer(200, body ?? {}),
        error => answer(500, told(error)),
      )
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({ server, port: typeof address === 'object' && address !== null ? address.port : 0 })
    })
  })
}
