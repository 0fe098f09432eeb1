import { longestBase } from './gke-names.ts'
import { problemOfName } from './name.ts'

/** What stands outside of `environments`, and what every verb is about without --env. */
export const production = 'production'

/** What may differ between environments; the app and this machine are the same for all. */
export const environmentKeys = ['target', 'app', 'loadBalancer', 'verify', 'kubernetes', 'gke'] as const

type Mapping = Readonly<Record<string, unknown>>

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const mappingAt = (value: unknown, key: string): Mapping => {
  const found = isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return isMapping(found) ? found : {}
}

/** Mappings are laid over each other key by key, null takes a key away, all else replaces: RFC 7396. Pure. */
export function layOver(base: unknown, overlay: unknown): unknown {
  if (!isMapping(overlay)) return overlay
  const merged = new Map(isMapping(base) ? Object.entries(base) : [])
  for (const [key, value] of Object.entries(overlay)) {
    if (value === null) merged.delete(key)
    else merged.set(key, layOver(merged.get(key), value))
  }
  return Object.fromEntries(merged)
}

/** The overlays of a file by their names; what is no mapping differs in nothing. Pure. */
export const overlaysOf = (value: unknown): ReadonlyMap<string, Mapping> =>
  new Map(
    Object.entries(mappingAt(value, 'environments')).map(([name, overlay]) => [
      name,
      isMapping(overlay) ? overlay : {},
    ]),
  )

/**
 * What the file says for one of its environments. Its namespace is another one unless it names it: objects of the same
 * name meet nowhere, not even in lists of load balancers that a whole Google Cloud project shares. Pure.
 */
export function valueFor(value: unknown, name: string, overlay: Mapping): unknown {
  const { environments: _, ...base } = isMapping(value) ? value : {}
  const merged = layOver(base, overlay)
  const sections = (['kubernetes', 'gke'] as const).flatMap(key => {
    const section = mappingAt(merged, key)
    if (Object.keys(section).length === 0 || typeof mappingAt(overlay, key).namespace === 'string') return []
    const { namespace = base.name } = mappingAt(base, key)
    return [[key, { ...section, namespace: `${namespace}-${name}` }] as const]
  })
  return { ...(merged as Mapping), ...Object.fromEntries(sections) }
}

/** What is wrong with the name of an environment, as an end of the sentence `name ...`. Pure. */
export function problemOfEnvironment(name: string, app: unknown): string | undefined {
  if (name === production) return 'is what stands outside of `environments`: leave it out'
  // `ci github` keeps a state of its own in the bucket, as github-production.
  if (/^github(?:-|$)/.test(name)) return 'should be another one: `rtdeploy ci github` keeps its state there'
  const problem = problemOfName(name)
  if (problem !== undefined || typeof app !== 'string') return problem
  const most = longestBase - app.length - 2
  if (name.length <= most) return undefined
  return most < 1
    ? `is one too many: beside a \`name\` as long as ${app} there is no room for another one`
    : `should have at most ${most} characters beside the \`name\` ${app}, has ${name.length}`
}
