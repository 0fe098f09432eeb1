import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { optional } from '../support/needs.ts'
import { readRecordedDefinitions, writeSchemas } from './api-schemas.ts'
import { podSecurityProblems } from './pod-security.ts'
import { type ManifestObject, type Rendered, renderCases } from './rendered.ts'
import { type Finding, readSuppressed, unsuppressed, unused } from './suppressed.ts'

const kubectl = optional('kubectl')
const kubeScore = optional('kube-score')
const kubeconform = optional('kubeconform')
const checkov = optional('checkov')
const suppressed = readSuppressed()

describe.skipIf(kubectl === undefined)('the manifests of every case', () => {
  let rendered: Awaited<ReturnType<typeof renderCases>>
  beforeAll(async () => {
    rendered = await renderCases(kubectl ?? '')
  }, 300_000)
  afterAll(() => rendered?.[Symbol.dispose]())

  it('are accepted by kubectl kustomize, and every object but the Namespace is in the namespace', () => {
    for (const { name, objects } of rendered.cases) {
      const astray = objects.filter(
        ({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace === undefined,
      )
      expect([name, astray.map(nameOf)]).toEqual([name, []])
      expect([name, new Set(objects.map(nameOf)).size]).toEqual([name, objects.length])
    }
  })

  it('hold no secret and no image of the app but the release’s', () => {
    for (const { name, objects } of rendered.cases) {
      expect([name, objects.filter(object => object.kind === 'Secret')]).toEqual([name, []])
      const images = objects.flatMap(podsOf).flatMap(pod => imagesOf(pod))
      expect(images.filter(image => !/@sha256:|^docker\.io\/library\/(?:redis|mongo):/.test(image))).toEqual(
        [],
      )
    }
  })

  it('keep to the profile restricted of Pod Security', () => {
    for (const { name, objects } of rendered.cases) {
      const pods = objects.flatMap(podsOf)
      expect(pods.length).toBeGreaterThan(0)
      expect([name, pods.flatMap(podSecurityProblems)]).toEqual([name, []])
    }
  })

  it.skipIf(kubeScore === undefined)(
    'satisfy kube-score',
    () => {
      const findings = rendered.cases.flatMap(({ path }) => scored(path))
      expect(unsuppressed(findings, suppressed)).toEqual([])
      expect(unused('kube-score', findings, suppressed)).toEqual([])
    },
    120_000,
  )

  it.skipIf(kubeconform === undefined)(
    'have the fields and types of a real API server’s schemas',
    () => {
      const paths = rendered.cases.map(({ path }) => path)
      const report = conform(rendered.folder, paths)
      expect(report.resources ?? []).toEqual([])
      const count = rendered.cases.reduce((sum, { objects }) => sum + objects.length, 0)
      expect(report.summary).toEqual({ valid: count, invalid: 0, errors: 0, skipped: 0 })
      const broken = join(rendered.folder, 'broken.yaml')
      writeFileSync(
        broken,
        readFileSync(paths[0] ?? '', 'utf8')
          .replace('minReadySeconds:', 'minReadySecond:')
          .replace('portSpecification:', 'port_specification:'),
      )
      expect(conform(rendered.folder, [broken]).summary).toMatchObject({ invalid: 2 })
    },
    120_000,
  )

  it.skipIf(checkov === undefined)(
    'satisfy checkov',
    () => {
      const findings = checked(rendered.cases)
      expect(unsuppressed(findings, suppressed)).toEqual([])
      expect(unused('checkov', findings, suppressed)).toEqual([])
    },
    300_000,
  )
})

const nameOf = ({ kind, metadata }: ManifestObject) => `${kind}/${metadata.name}`

const podsOf = ({ spec }: ManifestObject): unknown[] => {
  const template = (spec as { readonly template?: { readonly spec?: unknown } } | undefined)?.template?.spec
  return template === undefined ? [] : [template]
}

const imagesOf = (pod: unknown) =>
  (pod as { readonly containers: readonly { readonly image: string }[] }).containers.map(({ image }) => image)

/** With the strict schemas of a real API server. */
function conform(folder: string, paths: readonly string[]) {
  const schemas = join(folder, 'schemas')
  writeSchemas(schemas, readRecordedDefinitions().definitions)
  const location = join(schemas, '{{.ResourceKind}}{{.KindSuffix}}.json')
  const run = spawnSync(
    kubeconform ?? '',
    ['-strict', '-summary', '-output', 'json', '-schema-location', location, ...paths],
    { encoding: 'utf8' },
  )
  return JSON.parse(run.stdout) as {
    readonly resources?: readonly unknown[]
    readonly summary: Readonly<Record<string, number>>
  }
}

/** A grade below 10 is a warning or worse. */
function scored(path: string): Finding[] {
  const run = spawnSync(kubeScore ?? '', ['score', '--output-format', 'json', path], { encoding: 'utf8' })
  const objects = JSON.parse(run.stdout) as readonly {
    readonly type_meta: { readonly kind: string }
    readonly object_meta: { readonly name: string }
    readonly checks: readonly {
      readonly check: { readonly id: string }
      readonly grade: number
      readonly skipped: boolean
    }[]
  }[]
  expect(objects.length).toBeGreaterThan(4)
  return objects.flatMap(({ type_meta, object_meta, checks }) =>
    checks
      .filter(({ grade, skipped }) => grade < 10 && !skipped)
      .map(({ check }) => ({
        judge: 'kube-score',
        rule: check.id,
        object: `${type_meta.kind}/${object_meta.name}`,
      })),
  )
}

function checked(cases: readonly Rendered[]): Finding[] {
  const files = cases.flatMap(({ path }) => ['-f', path])
  const output = execFileSync(
    checkov ?? '',
    ['--framework', 'kubernetes', '--skip-download', '--soft-fail', '-o', 'json', ...files],
    { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const { results, summary } = JSON.parse(output) as {
    readonly results: {
      readonly failed_checks: readonly { readonly check_id: string; readonly resource: string }[]
    }
    readonly summary: { readonly passed: number; readonly parsing_errors: number }
  }
  expect(summary.parsing_errors).toBe(0)
  expect(summary.passed).toBeGreaterThan(100 * cases.length)
  return results.failed_checks.map(({ check_id, resource }) => {
    // Kind.namespace.name
    const [kind = '', , ...name] = resource.split('.')
    return { judge: 'checkov', rule: check_id, object: `${kind}/${name.join('.')}` }
  })
}
