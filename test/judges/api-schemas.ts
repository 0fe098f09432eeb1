import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
type Definitions = Readonly<Record<string, Json>>

/** The kinds that infra/kubernetes can hold. */
const kinds = [
  'v1/ConfigMap',
  'v1/Namespace',
  'v1/Service',
  'v1/ServiceAccount',
  'apps/v1/Deployment',
  'apps/v1/StatefulSet',
  'autoscaling/v2/HorizontalPodAutoscaler',
  'policy/v1/PodDisruptionBudget',
  'networking.k8s.io/v1/Ingress',
  'networking.k8s.io/v1/NetworkPolicy',
  'gateway.networking.k8s.io/v1/Gateway',
  'gateway.networking.k8s.io/v1/HTTPRoute',
  'networking.gke.io/v1/GCPBackendPolicy',
  'networking.gke.io/v1/HealthCheckPolicy',
  'networking.gke.io/v1/ManagedCertificate',
  'networking.gke.io/v1beta1/FrontendConfig',
  'cloud.google.com/v1/BackendConfig',
]

const recorded = fileURLToPath(new URL('../recorded/kubernetes/openapi.json', import.meta.url))

/** What the API server of a real cluster says about these kinds, descriptions left out: `kubectl get --raw /openapi/v2`. */
export function readLiveDefinitions(kubeconfig: string): {
  readonly version: string
  readonly definitions: Definitions
} {
  const get = (path: string) =>
    JSON.parse(
      execFileSync('kubectl', ['--kubeconfig', kubeconfig, 'get', '--raw', path], {
        maxBuffer: 1 << 28,
        encoding: 'utf8',
      }),
    ) as { readonly definitions: Definitions; readonly major: string; readonly minor: string }
  const { definitions } = get('/openapi/v2')
  const { major, minor } = get('/version')
  return { version: `${major}.${minor}`, definitions: closureOf(definitions) }
}

/** The same as it was recorded; UPDATE_GOLDEN=1 with a cluster records it anew. */
export function readRecordedDefinitions(): { readonly version: string; readonly definitions: Definitions } {
  return JSON.parse(readFileSync(recorded, 'utf8')) as { version: string; definitions: Definitions }
}

export function recordDefinitions(live: ReturnType<typeof readLiveDefinitions>): void {
  writeFileSync(recorded, `${JSON.stringify(live)}\n`)
}

/** Writes a strict JSON schema a kind, named as kubeconform looks for them by `{{.ResourceKind}}{{.KindSuffix}}.json`. */
export function writeSchemas(folder: string, definitions: Definitions): void {
  mkdirSync(folder, { recursive: true })
  const strict = Object.fromEntries(
    Object.entries(definitions).map(([name, value]) => [name, strictly(value)]),
  )
  for (const kind of kinds) {
    const parts = kind.split('/')
    const [name = '', version = '', group = ''] = parts.reverse()
    const suffix = group === '' ? version : `${group.split('.')[0]}-${version}`
    const schema = { $ref: `#/definitions/${rootOf(definitions, kind)}`, definitions: strict }
    writeFileSync(join(folder, `${name.toLowerCase()}-${suffix}.json`), JSON.stringify(schema))
  }
}

function rootOf(definitions: Definitions, kind: string): string {
  const found = Object.entries(definitions).find(([, value]) =>
    list(field(value, 'x-kubernetes-group-version-kind')).some(
      one =>
        [field(one, 'group'), field(one, 'version'), field(one, 'kind')].filter(Boolean).join('/') === kind,
    ),
  )
  if (found === undefined) throw new Error(`the API server knows no ${kind}`)
  return found[0]
}

/** The definitions of our kinds, and those that they refer to. */
function closureOf(all: Definitions): Definitions {
  const kept: Record<string, Json> = {}
  const visit = (name: string) => {
    const definition = all[name]
    if (name in kept || definition === undefined) return
    kept[name] = withoutTexts(definition)
    for (const reference of JSON.stringify(definition).matchAll(/"#\/definitions\/([^"]+)"/g))
      visit(reference[1] ?? '')
  }
  for (const kind of kinds) visit(rootOf(all, kind))
  return Object.fromEntries(Object.entries(kept).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function withoutTexts(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutTexts)
  if (value === null || typeof value !== 'object') return value
  const kept = Object.entries(value).filter(
    ([key, inner]) => !(key === 'description' && typeof inner === 'string'),
  )
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutTexts(inner)]))
}

/** OpenAPI's dialect as JSON schema: no fields that are not declared, and both types where Kubernetes takes both. */
function strictly(value: Json): Json {
  if (Array.isArray(value)) return value.map(strictly)
  if (value === null || typeof value !== 'object') return value
  const mapping = value as Readonly<Record<string, Json>>
  if (mapping.format === 'int-or-string' || mapping['x-kubernetes-int-or-string'] === true) {
    return { anyOf: [{ type: 'integer' }, { type: 'string' }] }
  }
  const inner = Object.fromEntries(Object.entries(mapping).map(([key, one]) => [key, strictly(one)]))
  const open = mapping['x-kubernetes-preserve-unknown-fields'] === true || 'additionalProperties' in mapping
  return mapping.type === 'object' && 'properties' in mapping && !open
    ? { ...inner, additionalProperties: false }
    : inner
}

const field = (value: Json | undefined, key: string): Json | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Readonly<Record<string, Json>>)[key]
    : undefined
const list = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : []
