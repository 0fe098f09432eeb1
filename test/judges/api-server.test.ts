import { execFileSync, spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { optional } from '../support/needs.ts'
import { readLiveDefinitions, readRecordedDefinitions, recordDefinitions } from './api-schemas.ts'
import { renderCases } from './rendered.ts'
import { type Finding, readSuppressed, unsuppressed, unused } from './suppressed.ts'

const kubectl = optional('kubectl')
const kubeconfig = optional('cluster')
const suppressed = readSuppressed()
const namespace = `rtdeploy-judges-${process.pid}`

describe.skipIf(kubectl === undefined || kubeconfig === undefined)('a real API server', () => {
  const run = (args: readonly string[], input?: string) =>
    spawnSync(kubectl ?? '', ['--kubeconfig', kubeconfig ?? '', ...args], { encoding: 'utf8', input })
  let rendered: Awaited<ReturnType<typeof renderCases>>

  beforeAll(async () => {
    rendered = await renderCases(kubectl ?? '', namespace)
    const levels = ['enforce', 'warn'].map(mode => `pod-security.kubernetes.io/${mode}`)
    const labels = Object.fromEntries(levels.map(level => [level, 'restricted']))
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } }
    execFileSync(kubectl ?? '', ['--kubeconfig', kubeconfig ?? '', 'create', '-f', '-'], {
      input: JSON.stringify(object),
    })
  }, 300_000)
  afterAll(() => {
    run(['delete', 'namespace', namespace, '--wait=false', '--ignore-not-found'])
    rendered?.[Symbol.dispose]()
  })

  it('takes every object of every case in a server-side dry run, and warns of nothing unknown', () => {
    // Most objects are the same in most cases.
    const distinct = new Set(
      rendered.cases.flatMap(({ objects }) => objects.map(object => JSON.stringify(object))),
    )
    expect(distinct.size).toBeGreaterThan(50)
    const args = ['apply', '--server-side', '--dry-run=server', '--field-manager', 'rtdeploy', '-f', '-']
    const applied = run(args, [...distinct].join('\n---\n'))
    expect([applied.status, applied.status === 0 ? '' : applied.stderr]).toEqual([0, ''])
    expect(applied.stdout.trim().split('\n').length).toBe(distinct.size)
    const findings = warningsOf(applied.stderr)
    expect(unsuppressed(findings, suppressed)).toEqual([])
    expect(unused('API server', findings, suppressed)).toEqual([])
  }, 300_000)

  it('admits the pods themselves where `restricted` is enforced', () => {
    const [first] = rendered.cases
    const templates = (first?.objects ?? []).flatMap(({ metadata, spec }) => {
      const pod = (spec as { readonly template?: { readonly spec?: unknown } } | undefined)?.template?.spec
      return pod === undefined
        ? []
        : [{ name: metadata.name, pod: pod as { readonly volumes: readonly object[] } }]
    })
    expect(templates.map(({ name }) => name).sort()).toEqual(['chat', 'chat-mongo', 'chat-redis'])
    for (const { name, pod } of templates) {
      const spec = {
        ...pod,
        serviceAccountName: 'default',
        volumes: [...pod.volumes, { name: 'data', emptyDir: {} }],
      }
      const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec }
      const created = run(['create', '--dry-run=server', '-f', '-'], JSON.stringify(object))
      expect([name, created.status, created.stderr]).toEqual([name, 0, ''])
    }
  })

  it('has the schemas that were recorded, if it has their version', () => {
    const live = readLiveDefinitions(kubeconfig ?? '')
    if (process.env.UPDATE_GOLDEN === '1') recordDefinitions(live)
    const recorded = readRecordedDefinitions()
    if (live.version === recorded.version) expect(live).toEqual(recorded)
  }, 60_000)
})

/** `Warning: annotation "kubernetes.io/ingress.class" is deprecated`: what is in quotes, or all of it. */
function warningsOf(stderr: string): Finding[] {
  const lines = stderr.split('\n').filter(line => line !== '')
  return lines.map(line => ({
    judge: 'API server',
    rule: /"([^"]+)"/.exec(line)?.[1] ?? line,
    object: 'manifests',
  }))
}
