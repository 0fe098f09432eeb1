import { exitCodes, UserError } from '../errors.ts'
import type { GivenSecret, SecretsPlan } from './secrets.ts'

/** Where a shell's own variables come from; what is in a file was meant for the cluster. */
export const fromEnvironment = 'the environment'
/** Nobody has these beside the app; another service can well be in its pod. */
const backends: readonly string[] = ['REDIS_URL', 'MONGODB_URL']
const loopback = /^(?:localhost|.*\.localhost|127(?:\.\d{1,3}){1,3}|0\.0\.0\.0|::1|::ffff:127\..*)\.?$/i

/** Hosts of a URL; MongoDB's can name several: https://www.mongodb.com/docs/manual/reference/connection-string/. Pure. */
export function hostsOf(url: string): string[] {
  const [, authority] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url.trim()) ?? []
  if (authority === undefined) return []
  const hosts = authority.slice(authority.lastIndexOf('@') + 1).split(',')
  return hosts.map(host => /^\[([^\]]*)\]/.exec(host)?.[1] ?? host.replace(/:\d*$/, ''))
}

/** In a pod, localhost is the pod: such a URL is the one for this machine. Throws `secrets.local` (exit 2). Pure. */
export function refuseLocal(given: ReadonlyMap<string, GivenSecret>): void {
  const local = [...given].filter(
    ([name, { value, from }]) =>
      (from === fromEnvironment || backends.includes(name)) &&
      hostsOf(value.reveal()).some(host => loopback.test(host)),
  )
  const [first] = local
  if (first === undefined) return
  const names = local.map(([name]) => name)
  const { from } = first[1]
  const value = `${from === fromEnvironment ? `unset ${names.join(' ')} and ` : ''}write the cluster’s own into .rtdeploy/secrets.env`
  const meant = names.every(name => backends.includes(name))
    ? ''
    : ', or this one if the pods have it in them'
  throw new UserError(`${names.join(', ')} from ${from} names this machine, not one for the cluster`, {
    code: 'secrets.local',
    hint: `${value}, as NAME=value${meant}; then run this again`,
    exitCode: exitCodes.usage,
  })
}

/**
 * MongoDB takes its passwords when its volume is empty, and never again: with others in the Secret, the app is locked out.
 * The app's own MongoDB is there when both are wanted. Throws `secrets.mongo-password` (exit 2). Pure.
 */
export function refuseNewPassword(wanted: readonly string[], { keys }: SecretsPlan, secret: string): void {
  const own = ['MONGODB_PASSWORD', 'MONGODB_ROOT_PASSWORD']
  if (!own.every(name => wanted.includes(name))) return
  const [changed] = keys.filter(key => key.state === 'changed' && own.includes(key.name))
  if (changed === undefined) return
  const { name, from } = changed
  throw new UserError(
    `${name} from ${from} is not the one that MongoDB in the cluster was made with, and MongoDB keeps that`,
    {
      code: 'secrets.mongo-password',
      hint: `take ${name} out of ${from}; to change it, change it in MongoDB (db.changeUserPassword) and in the Secret ${secret} first`,
      exitCode: exitCodes.usage,
    },
  )
}
