import { exitCodes, printable, UserError } from '../errors.ts'
import { isEngineIo3, refusals } from './engine-io.ts'
import { describeFault, type ProbeError } from './fault.ts'
import type { HttpMessage } from './http-message.ts'
import { answerFault } from './requests.ts'
import type { Target } from './target.ts'

interface Cause {
  readonly target: Target
  readonly error: ProbeError
  /** The HTTP answer, if there was one. */
  readonly answer: HttpMessage | undefined
  /** There was an Engine.IO handshake, or at least a WebSocket. */
  readonly opened: boolean
  /** rtdeploy.yaml says how to speak with it. */
  readonly inProject: boolean
}

const tlsProblems: ReadonlyMap<string, string> = new Map([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is self-signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'a certificate in its chain is self-signed'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate chain is incomplete'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'its certificate chain is incomplete'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'nobody we trust has signed its certificate'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another host'],
  ['CERT_REVOKED', 'its certificate is revoked'],
])

const notTls = new Set(['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'])

/** Why nothing can be verified there, for people. */
export function targetError(cause: Cause): UserError {
  const { error, answer } = cause
  if (error.fault.kind === 'connect-error') return connectError(cause, error.fault.message)
  if (answer !== undefined) return answerError(cause, answer)
  if (cause.opened) {
    return stop(
      cause,
      'target.not-socketio',
      `answers, but does not go on as Socket.IO does: ${describeFault(error.fault)}`,
      {
        hint: 'check that Socket.IO 3 or 4 runs there, and look at the logs of the server',
        exitCode: exitCodes.usage,
      },
    )
  }
  if (error.fault.kind === 'network') return networkError(cause, error.fault.code, error.fault.message)
  if (error.fault.kind === 'protocol') {
    return stop(cause, 'target.not-socketio', `does not speak HTTP there: ${describeFault(error.fault)}`, {
      hint: 'give the address of the Socket.IO server, as a browser would use it',
      exitCode: exitCodes.usage,
    })
  }
  const tlsHint = cause.target.secure
    ? ''
    : `, and try ${cause.target.origin.replace('http:', 'https:')} if it wants TLS`
  return stop(cause, 'target.unreachable', `gives no answer: ${describeFault(error.fault)}`, {
    hint: `check that the server runs and that the address and port are right${tlsHint}`,
    exitCode: exitCodes.missing,
  })
}

function stop(
  { target }: Cause,
  code: string,
  what: string,
  rest: { hint: string; exitCode: number; details?: readonly string[] },
): UserError {
  return new UserError(`${target.origin} ${what}`, { code, ...rest })
}

function networkError(cause: Cause, code: string, message: string): UserError {
  const problem = tlsProblems.get(code)
  if (problem !== undefined) {
    return stop(cause, 'target.tls', `cannot be trusted: ${problem}`, {
      hint: 'put the certificate right, or give --insecure to look at the rest all the same',
      exitCode: exitCodes.missing,
      details: [tlsWords(message)],
    })
  }
  if (cause.target.secure && notTls.has(code)) {
    return stop(cause, 'target.tls', 'does not speak TLS', {
      hint: `use ${cause.target.origin.replace('https:', 'http:')}`,
      exitCode: exitCodes.missing,
      details: [tlsWords(message)],
    })
  }
  const known: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nobody listens there',
    ENOTFOUND: 'there is no such host',
    EAI_AGAIN: 'the name server does not answer',
    EHOSTUNREACH: 'there is no way to that host',
    ENETUNREACH: 'there is no way to that network',
  }
  return stop(
    cause,
    'target.unreachable',
    `cannot be reached: ${known[code] ?? 'the connection failed'} (${code})`,
    {
      hint: `check that the server runs and that the address and port are right${cause.inProject ? '; rtdeploy status tells what runs here' : ''}`,
      exitCode: exitCodes.missing,
    },
  )
}

/** OpenSSL's reason out of its line of codes and paths: `0A00010B:SSL routines:tls_validate_record_header:wrong version number:...`. */
function tlsWords(message: string): string {
  const words = printable(message).trim()
  const reason = /error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):/i.exec(words)?.[1]
  return (reason === undefined ? words : `OpenSSL: ${reason}`).slice(0, 300)
}

function connectError(cause: Cause, message: string): UserError {
  const words = JSON.stringify(printable(message).slice(0, 200))
  if (/invalid namespace/i.test(message)) {
    return stop(
      cause,
      'target.namespace',
      `has no namespace ${cause.target.namespace}: it answers ${words}`,
      {
        hint: cause.inProject
          ? 'set verify.namespace in rtdeploy.yaml, or give --namespace'
          : 'give the right one: --namespace /NAME',
        exitCode: exitCodes.usage,
      },
    )
  }
  return stop(cause, 'target.refused', `refuses the connection: CONNECT_ERROR ${words}`, {
    hint: cause.inProject
      ? 'set verify.auth in rtdeploy.yaml to what the server expects in the handshake, or give --auth or --header'
      : `give what the server expects in the handshake: --auth '{"token":"..."}', or --header 'name: value'`,
    exitCode: exitCodes.missing,
  })
}

function answerError(cause: Cause, answer: HttpMessage): UserError {
  const { target } = cause
  const { status, headers, body } = answer
  const fault = answerFault(answer)
  const code = fault.kind === 'answer' ? fault.code : undefined
  const endpoint = `GET ${target.socketPath}`
  const details = [
    `${endpoint} answered ${describeFault(fault)}`,
    ...['server', 'content-type', 'via'].flatMap(name =>
      (headers.get(name) ?? []).slice(0, 1).map(value => `${name}: ${printable(value).slice(0, 120)}`),
    ),
  ]
  if (isEngineIo3(body) || code === refusals.unsupportedProtocol) {
    return stop(cause, 'target.protocol', 'speaks an older protocol: Socket.IO 2 (Engine.IO 3)', {
      hint: 'update its socket.io to 4 on both sides; verify speaks the protocol of Socket.IO 3 and 4 (RT054)',
      exitCode: exitCodes.usage,
      details,
    })
  }
  if (status >= 300 && status < 400) {
    const location = printable(headers.get('location')?.[0] ?? '').slice(0, 300)
    const to = URL.canParse(location, target.origin) ? new URL(location, target.origin).origin : location
    return stop(
      cause,
      'target.redirect',
      `sends us on to ${location === '' ? 'nowhere' : location} (${status})`,
      {
        hint:
          to === '' || to === target.origin
            ? 'fix the redirect: Socket.IO clients do not follow it'
            : `use ${to}`,
        exitCode: exitCodes.usage,
      },
    )
  }
  if (status === 401 || status === 403 || code === refusals.forbidden) {
    return stop(cause, 'target.unauthorized', `does not let us in: ${describeFault(fault)}`, {
      hint: "give what it wants with --header 'authorization: ...' or --auth; a 403 can also mean a refused Origin",
      exitCode: exitCodes.missing,
      details,
    })
  }
  if (status >= 500 || status === 429) {
    return stop(cause, 'target.unhealthy', `is there, but ${status} is all that comes back`, {
      hint: `look at the health of the replicas behind it: ${cause.inProject ? 'rtdeploy status, or ' : ''}the backends of the load balancer (RT017, RT018)`,
      exitCode: exitCodes.missing,
      details,
    })
  }
  return stop(cause, 'target.not-socketio', `does not answer like Socket.IO on ${target.socketPath}`, {
    hint: `check address and path; when Socket.IO has another path, give --path${cause.inProject ? ' or set app.socketPath in rtdeploy.yaml' : ''}`,
    exitCode: exitCodes.usage,
    details,
  })
}
