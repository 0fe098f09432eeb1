import { Secret } from '../command.ts'
import { annotations, recordLabels, recordNames } from './names.ts'
import { isMapping, type KubernetesObject } from './object.ts'
import { isOurSecret, keysOfOurs } from './secret-owner.ts'

/** What happens to one key of the Secret. */
export interface SecretKey {
  readonly name: string
  readonly state: 'kept' | 'changed' | 'added' | 'generated' | 'missing'
  /** Where the value comes from; for people. */
  readonly from: string
}

export interface SecretsPlan {
  readonly keys: readonly SecretKey[]
  /** Keys that we set and nobody wants any longer; those of others stay. */
  readonly dropped: readonly string[]
  readonly values: ReadonlyMap<string, Secret>
  /** Of the Secret after the plan; undefined when no secret is wanted and none is there. */
  readonly version: string | undefined
  readonly changes: boolean
  /** We make it, or made it. */
  readonly ours: boolean
}

/** Made up by us when nobody gives them: nothing outside the cluster has to know them. */
const ownSecrets = /^(?:COOKIE_SECRET|SESSION_SECRET|REDIS_PASSWORD|MONGO(?:DB)?_(?:ROOT_)?PASSWORD)$/

export interface GivenSecret {
  readonly value: Secret
  readonly from: string
}

/**
 * The Secret `<name>-secrets` as it should be: a given value wins, then the one that is in the cluster, then, for what
 * only the cluster has to know, a new one. Keys without any are `missing`. `live`: with its `managedFields`. Pure.
 */
export function planSecrets(
  wanted: readonly string[],
  given: ReadonlyMap<string, GivenSecret>,
  live: KubernetesObject | undefined,
  token: () => string,
): SecretsPlan {
  const stored = storedSecrets(live)
  const values = new Map<string, Secret>()
  const keys = wanted.map((name): SecretKey => {
    const old = stored.get(name)
    const found = given.get(name)
    if (found !== undefined) {
      values.set(name, found.value)
      const same = old?.reveal() === found.value.reveal()
      return { name, state: same ? 'kept' : old === undefined ? 'added' : 'changed', from: found.from }
    }
    if (old !== undefined) {
      values.set(name, old)
      return { name, state: 'kept', from: 'the cluster' }
    }
    if (!ownSecrets.test(name)) return { name, state: 'missing', from: '' }
    values.set(name, new Secret(token()))
    return { name, state: 'generated', from: 'chance' }
  })
  const dropped = keysOfOurs(live).filter(name => !wanted.includes(name))
  const changes = dropped.length > 0 || keys.some(key => key.state !== 'kept')
  const before = Number(live?.metadata.annotations?.[annotations.secrets] ?? '0')
  const none = wanted.length === 0 && live === undefined
  return {
    keys,
    dropped,
    values,
    changes: changes && !none,
    ours: live === undefined || isOurSecret(live),
    version: none ? undefined : String(changes ? before + 1 : before),
  }
}

/** Values of a live Secret. */
export function storedSecrets(live: KubernetesObject | undefined): Map<string, Secret> {
  const data = isMapping(live?.data) ? live.data : {}
  return new Map(
    Object.entries(data).map(([name, value]) => [
      name,
      new Secret(Buffer.from(String(value), 'base64').toString('utf8')),
    ]),
  )
}

/** The Secret as YAML for `kubectl`; itself a secret. Pure. */
export function formatSecret(name: string, plan: SecretsPlan): Secret {
  const data = [...plan.values].map(([key, value]) => [key, Buffer.from(value.reveal()).toString('base64')])
  return new Secret(
    `${JSON.stringify({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: recordNames(name).secret,
        ...(plan.ours ? { labels: recordLabels(name, 'secrets') } : {}),
        annotations: { [annotations.secrets]: plan.version ?? '1' },
      },
      type: 'Opaque',
      data: Object.fromEntries(data),
    })}\n`,
  )
}

/** `NAME=value` lines, `#` for comments, quotes around a value taken off; the file that holds secrets outside git. Pure. */
export function parseSecretsFile(text: string, from: string): Map<string, GivenSecret> {
  const found = new Map<string, GivenSecret>()
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)$/.exec(line)
    if (match === null) continue
    const raw = (match[2] ?? '').trim()
    const quoted = /^(["'])(.*)\1$/.exec(raw)
    found.set(match[1] ?? '', { value: new Secret(quoted?.[2] ?? raw), from })
  }
  return found
}
