import type { FanOut } from '../config/config.ts'
import { exitCodes, UserError } from '../errors.ts'
import type { VerifyOptions } from '../verify/options.ts'
import type { RunFlags } from './project.ts'

export interface VerifyFlags extends Pick<RunFlags, 'target' | 'env' | 'context'> {
  readonly url?: string
  readonly identity?: string
  readonly path?: string
  readonly namespace?: string
  readonly auth?: string
  /** JSON, as in `verify.fanOut` of rtdeploy.yaml. */
  readonly join?: string
  readonly send?: string
  readonly receive?: string
  readonly header?: readonly string[]
  readonly replicas?: number
  readonly sessions?: number
  readonly idle?: number
  readonly insecure?: boolean
  readonly html?: string
  readonly requireReal?: boolean
}

/** What the flags say, laid over what rtdeploy.yaml says. Throws `usage.invalid` (exit 2). Pure. */
export function fromFlags(flags: VerifyFlags, written: FanOut | undefined): Partial<VerifyOptions> {
  const headers = (flags.header ?? []).map(line => {
    const colon = line.indexOf(':')
    if (colon < 1)
      throw usage(`--header takes name:value, not "${line}"`, "--header 'authorization: Bearer ...'")
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]
  })
  const fanOut = fanOutOf(flags, written)
  const { identity, namespace, replicas, sessions, idle, path } = flags
  return {
    ...(path === undefined ? {} : { socketPath: `/${path.replace(/^\/+|\/+$/g, '')}/` }),
    ...(identity === undefined ? {} : { identity }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(fanOut === undefined ? {} : { fanOut }),
    ...(flags.auth === undefined ? {} : { auth: parseAuth(flags.auth) }),
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
    ...(replicas === undefined ? {} : { expectedReplicas: replicas }),
    ...(sessions === undefined ? {} : { sessions }),
    ...(idle === undefined ? {} : { idleSec: idle }),
    ...(flags.insecure ? { insecureTls: true } : {}),
  }
}

/** The experiment with messages: the flags' parts over those of rtdeploy.yaml. */
function fanOutOf(flags: VerifyFlags, written: FanOut | undefined): FanOut | undefined {
  if (flags.join === undefined && flags.send === undefined && flags.receive === undefined) return undefined
  const join = flags.join === undefined ? written?.join : parseCall('--join', flags.join)
  const send = flags.send === undefined ? written?.send : parseCall('--send', flags.send)
  const receive = flags.receive ?? written?.receive
  if (send === undefined || receive === undefined)
    throw usage('messages between replicas need both --send and --receive', fanOutExample)
  return { ...(join === undefined ? {} : { join }), send, receive }
}

const fanOutExample = `--send '["message","$text"]' --receive message; in rooms also --join '["join","$room"]'`

/** An event and its arguments. */
function parseCall(flag: string, text: string): readonly unknown[] {
  const problem = `${flag} takes a JSON list: the name of an event, then its arguments`
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw usage(`${problem}; ${cause instanceof Error ? cause.message : cause}`, fanOutExample)
  }
  if (!Array.isArray(value) || typeof value[0] !== 'string' || value[0] === '')
    throw usage(problem, fanOutExample)
  return value
}

function parseAuth(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>
  } catch (cause) {
    throw usage(
      `--auth takes a JSON object: ${cause instanceof Error ? cause.message : cause}`,
      `--auth '{"token":"..."}'`,
    )
  }
  throw usage('--auth takes a JSON object', `--auth '{"token":"..."}'`)
}

/** A flag that cannot be used, with an example. */
export function usage(message: string, example: string): UserError {
  return new UserError(message, { code: 'usage.invalid', hint: example, exitCode: exitCodes.usage })
}
