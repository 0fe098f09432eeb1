import { gunzipSync, gzipSync } from 'node:zlib'
import { labels, recordLabels, recordNames } from './names.ts'
import { isObject, type KubernetesObject, textAt } from './object.ts'

/** `pending`: its rollout was begun, `ready`: it came up, `failed`: it did not. */
export type ReleaseState = 'pending' | 'ready' | 'failed'

/** One release as the namespace remembers it. */
export interface Release {
  readonly revision: number
  readonly state: ReleaseState
  /** See `digestOfObjects`. */
  readonly digest: string
  /** `repository@sha256:...` */
  readonly image: string
  /** The commit that the image was built from, or how the sources were called. */
  readonly source: string
  /** `user@machine` */
  readonly by: string
  /** ISO 8601. */
  readonly when: string
  /** Why, when it was no plain `up`: `rollback to 3`. */
  readonly note?: string
}

/** How many releases are kept. */
export const keptReleases = 10

const fields = ['digest', 'image', 'source', 'by', 'when', 'note'] as const

/** The ConfigMap that keeps a release and what it applied. Secrets are not in it. Pure. */
export function formatRelease(
  name: string,
  release: Release,
  objects: readonly KubernetesObject[],
): KubernetesObject {
  const { revision, state } = release
  const packed = gzipSync(JSON.stringify(objects), { level: 9 })
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: recordNames(name).release(revision),
      labels: {
        ...recordLabels(name, 'release'),
        [labels.revision]: String(revision),
        [labels.state]: state,
      },
    },
    data: Object.fromEntries(
      fields.flatMap(field => (release[field] === undefined ? [] : [[field, release[field]]])),
    ),
    binaryData: { objects: packed.toString('base64') },
  }
}

/** The releases of a namespace, the newest first; what is none is left out. Pure. */
export function parseReleases(configs: readonly KubernetesObject[]): Release[] {
  return configs
    .flatMap((config): Release[] => {
      const revision = Number(config.metadata.labels?.[labels.revision])
      const state = config.metadata.labels?.[labels.state]
      const field = (name: (typeof fields)[number]) => textAt(config, 'data', name)
      const [digest, image, source, by, when, note] = fields.map(field)
      if (!Number.isInteger(revision) || digest === undefined) return []
      return [
        {
          revision,
          state: state === 'ready' || state === 'failed' ? state : 'pending',
          digest,
          image: image ?? '',
          source: source ?? '',
          by: by ?? '',
          when: when ?? '',
          ...(note === undefined ? {} : { note }),
        },
      ]
    })
    .sort((a, b) => b.revision - a.revision)
}

/** What a release applied. Throws when the record is damaged. */
export function objectsOfRelease(config: KubernetesObject): KubernetesObject[] {
  const packed = textAt(config, 'binaryData', 'objects')
  if (packed === undefined) throw new Error(`${config.metadata.name} holds no objects`)
  const value: unknown = JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString('utf8'))
  if (!Array.isArray(value) || !value.every(isObject)) throw new Error(`${config.metadata.name} is damaged`)
  return value
}

/** The newest release that came up, other than the one with `digest`. Pure. */
export function lastReady(releases: readonly Release[], digest: string | undefined): Release | undefined {
  return releases.find(release => release.state === 'ready' && release.digest !== digest)
}

/** Revisions beyond the newest ten; the newest that came up is never among them. Pure. */
export function outdated(releases: readonly Release[]): number[] {
  const ready = releases.find(release => release.state === 'ready')?.revision
  return releases
    .slice(keptReleases)
    .map(release => release.revision)
    .filter(revision => revision !== ready)
}
