import type { Backend } from './kubernetes-answers.ts'

/** What a file of another tool says about an app, as far as we have a place for it. */
export interface Adopted {
  /** For people: `compose.yaml`. */
  readonly from: string
  readonly name: string | undefined
  /** Without tag or digest. */
  readonly image: string | undefined
  readonly platform: string | undefined
  readonly replicas: number | undefined
  readonly port: number
  /** Path that answers 200 when a replica may get traffic. */
  readonly ready: string | undefined
  readonly start: readonly string[] | undefined
  readonly env: Readonly<Record<string, string>>
  /** Names only; no value of a secret is taken over. */
  readonly secrets: readonly string[]
  readonly redis: Backend
  readonly mongo: Backend
  /** What was not taken over, a line each: `services.web.volumes: why, and what to do`. */
  readonly left: readonly string[]
  /** What only a person can say or do, a line each: `verify.identity: why`. */
  readonly open?: readonly string[]
  /** Nothing there makes an image. */
  readonly localOnly?: true
}

/** What the environment of a container becomes. */
export interface AdoptedEnv {
  readonly env: Readonly<Record<string, string>>
  readonly secrets: readonly string[]
  readonly left: readonly string[]
}

const secretName = /secret|passw(?:or)?d|token|credential|(?:api|private|access|encryption|signing)_?key/i
/** Set by rtdeploy or by the manifests for each replica. */
const ours = new Set([
  'PORT',
  'POD_NAME',
  'REDIS_URL',
  'MONGODB_URL',
  'REDIS_PASSWORD',
  'MONGODB_PASSWORD',
  'MONGODB_ROOT_PASSWORD',
])

/**
 * Sorts variables: plain ones are taken over, of secrets the names, and what cannot be known is named. `where` begins
 * each line, `hosts` are the names of Redis and MongoDB there. Pure.
 */
export function adoptEnv(
  variables: ReadonlyMap<string, string | undefined>,
  where: string,
  hosts: readonly string[],
): AdoptedEnv {
  const env: Record<string, string> = {}
  const secrets: string[] = []
  const left: string[] = []
  for (const [key, raw] of variables) {
    if (ours.has(key)) continue
    const value = raw === undefined ? undefined : withDefaults(raw)
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key))
      left.push(`${where}.${key}: no name for an environment variable`)
    else if (secretName.test(key) || hasPassword(value)) secrets.push(key)
    else if (value === undefined)
      left.push(`${where}.${key}: comes from the shell's environment; put it under app.env`)
    else if (hosts.some(host => namesHost(value, host)))
      left.push(`${where}.${key}: points at a service of that file; the app gets REDIS_URL and MONGODB_URL`)
    else env[key] = value
  }
  return { env, secrets, left }
}

/** Compose's `${NAME:-default}`; undefined when a part has no default. */
function withDefaults(value: string): string | undefined {
  const filled = value.replace(/\$\{\w+:?-([^}]*)\}/g, '$1')
  return /(?<!\$)\$(?:\{|\w)/.test(filled) ? undefined : filled.replaceAll('$$', '$')
}

const hasPassword = (value: string | undefined) =>
  value !== undefined && /^[a-z][\w+.-]*:\/\/[^/@\s]*:[^/@\s]+@/i.test(value)

const namesHost = (value: string, host: string) =>
  value === host || new RegExp(`(?:^|[/@,])${host.replace(/[^\w-]/g, '\\$&')}(?=[:/,]|$)`).test(value)

/** The repository of an image; undefined when it is no name to push to. Pure. */
export function repositoryOf(image: string): string | undefined {
  const repository = image.replace(/@sha256:[0-9a-f]+$/, '').replace(/:[\w.-]+$/, '')
  return repository.includes('/') && !repository.includes('$') ? repository : undefined
}

/** Which backend an image is; undefined for anything else. Pure. */
export function backendOf(image: string): 'redis' | 'mongo' | undefined {
  const name = (repositoryOf(image) ?? image.replace(/:[\w.-]+$/, '')).split('/').at(-1) ?? ''
  if (/^(?:redis|valkey)(?:-stack(?:-server)?)?$/.test(name)) return 'redis'
  return /^(?:mongo|mongodb)(?:-community-server)?$/.test(name) ? 'mongo' : undefined
}

/** A path in the words of a health check: `curl -f http://localhost:3000/health`. Pure. */
export function pathIn(text: string): string | undefined {
  return /https?:\/\/[^/\s"'`]+(\/[^\s"'`|;)]*)/.exec(text)?.[1]
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const record = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {})
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
export const text = (value: unknown): string | undefined =>
  typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined
