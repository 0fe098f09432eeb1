import type { BalancerKind } from '../../config/config.ts'
import { BadAnswer } from './answer-reader.ts'
import type { StatusDetails } from './event.ts'

/** An answer that the balancer gives itself. */
export interface Failure {
  readonly details: StatusDetails
  /** Status under Envoy. Classic always says 502. */
  readonly status: number
  /** Envoy's words; classic has one page for all. */
  readonly words: string
}

const reset = 'upstream connect error or disconnect/reset before headers. reset reason: '

/**
 * "Global external Application Load Balancers ... generate meaningful HTTP response error codes such as 503 and 504.
 * Classic Application Load Balancers always use 502"
 * (docs.cloud.google.com/load-balancing/docs/https/troubleshooting-ext-https-lbs). The bodies are Envoy's local
 * replies, and the page of the classic balancer.
 */
export const failures = {
  noReplica: { details: 'failed_to_pick_backend', status: 503, words: 'no healthy upstream' },
  refused: { details: 'failed_to_connect_to_backend', status: 502, words: `${reset}connection failure` },
  closedEarly: {
    details: 'backend_connection_closed_before_data_sent_to_client',
    status: 502,
    words: `${reset}connection termination`,
  },
  corrupted: { details: 'backend_response_corrupted', status: 502, words: `${reset}protocol error` },
  tooSlow: { details: 'backend_timeout', status: 504, words: 'upstream request timeout' },
} as const satisfies Record<string, Failure>

const classicPage = `
<html><head>
<meta http-equiv="content-type" content="text/html;charset=utf-8">
<title>502 Server Error</title>
</head>
<body text=#000000 bgcolor=#ffffff>
<h1>Error: Server Error</h1>
<h2>The server encountered a temporary error and could not complete your request.<p>Please try again in 30 seconds.</h2>
<h2></h2>
</body></html>
`

export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** What the client reads when the balancer answers instead of a replica. */
export function failureAnswer(failure: Failure, kind: BalancerKind): Answer {
  if (kind === 'classic') return { status: 502, type: 'text/html; charset=UTF-8', body: classicPage }
  return { status: failure.status, type: 'text/plain', body: failure.words }
}

/** Which failure an error of the connection to a replica is, as long as nothing has reached the client. */
export function failureOf(error: Error & { code?: string; syscall?: string }): Failure {
  if (error.syscall === 'connect') return failures.refused
  return error instanceof BadAnswer ? failures.corrupted : failures.closedEarly
}

/**
 * Whether a failed request goes to another replica: once, without body, GET or HEAD, not after a timeout; classic only
 * while four in five endpoints are healthy (docs.cloud.google.com/load-balancing/docs/https/request-distribution).
 */
export function mayRetry(request: {
  readonly method: string
  readonly hasBody: boolean
  readonly tries: number
  readonly failure: Failure
  readonly kind: BalancerKind
  readonly healthy: number
  readonly all: number
}): boolean {
  if (request.tries > 1 || request.hasBody || request.failure === failures.tooSlow) return false
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  return request.kind === 'envoy' || (request.all > 1 && request.healthy * 5 >= request.all * 4)
}
