import type { Document } from 'yaml'
import type * as z from 'zod/mini'
import type { Config } from './config.ts'
import { environmentKeys, isMapping, problemOfEnvironment, production } from './environments.ts'
import type { GkeConfig } from './gke.ts'
import { locate } from './locate.ts'
import { nearest } from './nearest.ts'
import { type Problem, problemsOfIssue, startOf } from './problems.ts'

/** One environment of a file, and where it stands in it. */
export interface Overlaid {
  readonly name: string
  /** As the file has it. */
  readonly overlay: Readonly<Record<string, unknown>>
  readonly document: Document
  /** The whole file. */
  readonly whole: unknown
}

const placeOf = (name: string, path: readonly PropertyKey[] = []) => ['environments', name, ...path]

/** Names that cannot be, keys that are the same everywhere. Pure. */
export function problemsOfOverlay({ name, overlay, document, whole }: Overlaid): Problem[] {
  const app = isMapping(whole) ? whole.name : undefined
  const problem = problemOfEnvironment(name, app)
  const { key } = locate(document, placeOf(name))
  const known: readonly string[] = environmentKeys
  const strange = Object.keys(overlay).filter(word => !known.includes(word))
  return [
    ...(problem === undefined ? [] : [{ offset: startOf(key), text: `environments.${name}: ${problem}` }]),
    ...strange.map(word => {
      const meant = nearest(word, known)
      const help = meant === undefined ? `what can be are ${known.join(', ')}` : `did you mean ${meant}?`
      return {
        offset: startOf(locate(document, placeOf(name, [word])).key),
        text: `environments.${name}.${word}: cannot differ from production, ${help}`,
      }
    }),
    ...(overlay.target === 'local'
      ? [
          {
            offset: startOf(locate(document, placeOf(name, ['target'])).value),
            text: `environments.${name}.target: should be kubernetes or gke: this machine has one environment`,
          },
        ]
      : []),
  ]
}

/** What zod found in the settings of an environment: at its place in the overlay, else where production has it. Pure. */
export function problemsIn(issue: z.core.$ZodIssue, overlaid: Overlaid, merged: unknown): Problem[] {
  const { name, document, whole } = overlaid
  const path = placeOf(name, issue.path)
  const parts = issue.code === 'unrecognized_keys' ? issue.keys.map(key => [...path, key]) : [path]
  const here = parts.some(part => {
    const { key, value } = locate(document, part)
    return key !== undefined || value !== undefined
  })
  if (here) return problemsOfIssue({ ...issue, path }, document, whole)
  const parent = locate(document, path.slice(0, -1))
  const above = locate(document, issue.path.slice(0, -1))
  if (issue.path.length > 1 && above.value === undefined && parent.value !== undefined) {
    return problemsOfIssue({ ...issue, path }, document, whole)
  }
  return problemsOfIssue(issue, document, merged).map(({ offset, text }) => ({
    offset,
    text: `${text} (in the environment ${name})`,
  }))
}

const folders = ['terraform', 'manifests'] as const
type Folder = (typeof folders)[number]

/** What decides which files there are: two environments that differ in it cannot share a folder. */
const decides: Readonly<Record<Folder, readonly (keyof GkeConfig)[]>> = {
  terraform: [
    'mode',
    'minimal',
    'spot',
    'entry',
    'certificate',
    'dns',
    'redis',
    'mongo',
    'network',
    'cluster',
  ],
  manifests: ['entry', 'host', 'certificate', 'redis', 'mongo'],
}

/** Of these it matters only whether they are there. */
const presence: readonly (keyof GkeConfig)[] = ['host', 'network', 'cluster']

/** Where environments would get into each other's way. `others`: production and the environments before it, by name. Pure. */
export function problemsBeside(
  { name, document }: Overlaid,
  config: Config,
  base: Config,
  others: ReadonlyMap<string, Config>,
): Problem[] {
  const at = (path: readonly string[], text: string): Problem => {
    const { value, key, nearest: near } = locate(document, placeOf(name, path))
    return { offset: startOf(value ?? key ?? near), text: `environments.${name}.${path.join('.')}: ${text}` }
  }
  const problems: Problem[] = []
  const { gke, kubernetes } = config
  for (const [other, { gke: its, kubernetes: theirs }] of others) {
    if (gke !== undefined && its?.project === gke.project && (its.namespace ?? base.name) === gke.namespace)
      problems.push(at(['gke', 'namespace'], `is the one of ${other}, in the same project: take another`))
    if (
      kubernetes !== undefined &&
      theirs?.context === kubernetes.context &&
      (theirs.namespace ?? base.name) === kubernetes.namespace
    )
      problems.push(
        at(['kubernetes', 'namespace'], `is the one of ${other}, in the same context: take another`),
      )
    if (gke?.host !== undefined && its?.host === gke.host)
      problems.push(at(['gke', 'host'], `needs a name of its own: ${gke.host} leads to ${other}`))
    if (kubernetes?.url !== undefined && theirs?.url === kubernetes.url)
      problems.push(
        at(['kubernetes', 'url'], `needs an address of its own: ${kubernetes.url} leads to ${other}`),
      )
  }
  if (gke === undefined) return problems
  const told = (key: string, text: string) => at(['gke', key], text)
  for (const [other, { gke: its }] of others) {
    if (its === undefined) continue
    const same = folders.filter(folder => gke[folder] === its[folder])
    // In a folder of production's, each is held to production alone: one mistake is told once.
    const shared = other === production ? same : same.filter(folder => gke[folder] !== base.gke?.[folder])
    const whose = other === production ? '' : ` of ${other}`
    problems.push(...otherFiles(gke, its, { name, shared, whose }, told))
  }
  return problems
}

const ways: Readonly<Record<Folder, (name: string, before: GkeConfig) => string>> = {
  terraform: name =>
    `set \`terraform: infra/${name}/terraform\` beside it, and \`rtdeploy init --env ${name}\` writes them`,
  manifests: (name, before) =>
    `set \`manifests: infra/${name}/kubernetes\` beside it, and begin there with a copy of ${before.manifests}`,
}

/** Terraform files and manifests are made for some of the settings: with others they are the wrong ones. */
function otherFiles(
  gke: GkeConfig,
  before: GkeConfig,
  { name, shared, whose }: { name: string; shared: readonly Folder[]; whose: string },
  at: (key: string, text: string) => Problem,
): Problem[] {
  const differs = (key: keyof GkeConfig) =>
    presence.includes(key)
      ? (gke[key] === undefined) !== (before[key] === undefined)
      : JSON.stringify(gke[key]) !== JSON.stringify(before[key])
  const keys = new Set(shared.flatMap(folder => decides[folder]))
  return [...keys].filter(differs).map(key => {
    const wrong = shared.filter(folder => decides[folder].includes(key))
    return at(
      key,
      `takes other files than ${wrong.map(folder => before[folder]).join(' and ')}${whose}: ${wrong.map(folder => ways[folder](name, before)).join('; ')}`,
    )
  })
}
