import type { IncomingMessage } from 'node:http'

/**
 * Browsers let any page open a WebSocket to any server and send the cookies along, so the server has to look at the
 * Origin header. Allowed: the page's own host (as the client or the proxy in front names it) and the listed origins.
 * Programs send no Origin; they have no foreign cookies to abuse.
 */
export function originAllowed(request: IncomingMessage, listed: readonly string[]): boolean {
  const { origin, host } = request.headers
  if (origin === undefined) return true
  if (listed.includes(origin)) return true
  if (!URL.canParse(origin)) return false
  // A page cannot set this header on a WebSocket, nor elsewhere without a preflight, which is never granted here.
  const forwarded = [request.headers['x-forwarded-host']].flat()[0]?.split(',')[0]?.trim()
  return [host, forwarded].includes(new URL(origin).host)
}
