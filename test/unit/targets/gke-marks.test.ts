import { describe, expect, it } from 'vitest'
import type { GkeConfig } from '../../../src/config/gke.ts'
import { gkeNames } from '../../../src/config/gke-names.ts'
import { gkePaths } from '../../../src/facts/gke-workspace.ts'
import type { Host, Ran } from '../../../src/run/host.ts'
import { appObjects, clusterMarks, isUnmarked, noteApp, noteMark } from '../../../src/targets/gke-marks.ts'
import type { GkeSession } from '../../../src/targets/gke-session.ts'
import { fakeHost } from '../../support/fake-host.ts'
import { gkeConfig } from '../../support/gke-configs.ts'
import { login } from '../../support/login.ts'

const team = { cluster: { name: 'team' } }
const shared = { network: { name: 'shared', subnetwork: 'apps' } }
const { marks, kubeconfig } = gkePaths('/project', { environment: 'production' })
const forbidden =
  'Error from server (Forbidden): namespaces "kube-system" is forbidden: User "eva" cannot get resource "namespaces" in API group "" in the namespace "kube-system"'

type Answer = string | readonly object[]

/** `answers`: of kubectl, by what a line of it contains; text is an error. */
function sessionOf(
  given: Partial<GkeConfig>,
  answers: Readonly<Record<string, Answer>>,
  noted?: object,
  verb = 'up',
) {
  const gke = gkeConfig(given)
  const names = gkeNames('chat', gke)
  const files = {
    [kubeconfig]: `clusters: [{ name: c }]\ncontexts: [{ name: ${names.context}, context: { cluster: c, user: u } }]\n`,
    ...(noted === undefined ? {} : { [marks]: JSON.stringify(noted) }),
  }
  const fake = fakeHost({ files })
  const asked: string[] = []
  const run = async ({ args }: { args: readonly unknown[] }): Promise<Ran> => {
    const line = args.join(' ')
    const ran = { exitCode: 0, stdout: '{}', stderr: '', notFound: false, timedOut: false, tookMs: 0 }
    asked.push(line)
    const [, answer = []] = Object.entries(answers).find(([part]) => line.includes(part)) ?? []
    if (typeof answer === 'string') return { ...ran, exitCode: 1, stderr: answer }
    return { ...ran, stdout: JSON.stringify({ kind: 'List', items: answer }) }
  }
  const host: Host = new Proxy(fake.host, {
    get: (target, name) => (name === 'run' ? run : target[name as keyof Host]),
  })
  const session = {
    host,
    project: '/project',
    verb,
    gke,
    names,
    paths: gkePaths('/project', names),
    config: { name: 'chat' },
    login: async () => login,
  } as unknown as GkeSession
  return { session, asked, noted: () => JSON.parse(fake.files.get(marks) ?? 'null') as unknown }
}

const system = { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'kube-system', uid: '4711' } }
const object = (kind: string, name: string, more: object = {}) => ({
  kind,
  apiVersion: 'v1',
  metadata: { name, ...more },
})
const inventory = {
  ...object('ConfigMap', 'chat-rtdeploy-inventory'),
  data: {
    objects: JSON.stringify([
      { apiVersion: 'v1', kind: 'Service', name: 'chat' },
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: 'data-chat-0' },
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'chat' },
    ]),
  },
}
const app = { services: ['chat'], claims: ['data-chat-0'] }

describe('what a cluster is told by', () => {
  it('is noted once for each control plane', async () => {
    const { session, asked, noted } = sessionOf(team, { 'namespaces kube-system': [system] })
    await noteMark(session, '10.0.0.1')
    await noteMark(session, '10.0.0.1')
    expect(asked).toHaveLength(1)
    expect(noted()).toEqual({ endpoint: '10.0.0.1', uid: '4711' })
    expect(await clusterMarks(session)).toEqual(['4711', expect.stringMatching(/^[0-9a-f]{8}$/)])
    expect(await isUnmarked(session)).toBe(false)
  })

  it('is left open by who has rights in one namespace only, and nothing is known to be ours then', async () => {
    const { session, asked } = sessionOf(team, { 'namespaces kube-system': forbidden })
    await noteMark(session, '10.0.0.1')
    await noteMark(session, '10.0.0.1')
    expect(asked).toHaveLength(1)
    expect(await clusterMarks(session)).toEqual([])
    expect(await isUnmarked(session)).toBe(true)
  })

  it('is asked for again by down, since the right may have been given meanwhile', async () => {
    const known = { endpoint: '10.0.0.1', app }
    const { session, noted } = sessionOf(team, { 'namespaces kube-system': [system] }, known, 'down')
    await noteMark(session, '10.0.0.1')
    expect(noted()).toEqual({ ...known, uid: '4711' })
  })

  it('has to be known before a cluster of ours goes that others may be in', async () => {
    const { session } = sessionOf(shared, { 'namespaces kube-system': forbidden }, undefined, 'down')
    await expect(noteMark(session, '10.0.0.1')).rejects.toMatchObject({ code: 'cluster.forbidden' })
  })

  it('says nothing of a cluster that was made anew, nor of one that was never looked at', async () => {
    const known = { endpoint: '10.0.0.1', uid: '0815', app }
    const { session, noted } = sessionOf(team, { 'namespaces kube-system': forbidden }, known)
    await noteMark(session, '10.0.0.2')
    expect(noted()).toEqual({ endpoint: '10.0.0.2' })
    expect(await isUnmarked(sessionOf(team, {}).session)).toBe(false)
    expect(await clusterMarks(sessionOf({}, {}).session)).toBeUndefined()
  })
})

describe('what of a namespace is the app’s in a cluster of others', () => {
  const mark = { endpoint: '10.0.0.1', uid: '4711' }
  const records = 'configmap/chat-rtdeploy-inventory'

  it('is what the inventory has', async () => {
    const { session, noted } = sessionOf(team, { [records]: [inventory] }, mark)
    await noteApp(session)
    expect(noted()).toEqual({ ...mark, app })
    expect(await appObjects(session)).toEqual(app)
  })

  it('is nothing where up never ran', async () => {
    const { session, noted } = sessionOf(team, { [records]: [object('Namespace', 'chat')] }, mark)
    await noteApp(session)
    expect(noted()).toEqual(mark)
    expect(await appObjects(session)).toEqual({ services: [], claims: [] })
  })

  it('is remembered once the app is taken out', async () => {
    const deleted = object('Service', 'chat', { deletionTimestamp: '2026-01-01T00:00:00Z' })
    const answers = { 'services,persistentvolumeclaims': [object('Service', 'shop'), deleted] }
    const { session, noted } = sessionOf(team, answers, { ...mark, app })
    await noteApp(session)
    expect(noted()).toEqual({ ...mark, app })
  })

  it.each<[string, Answer]>([
    [
      'others have something of the name by now',
      [object('Service', 'chat'), object('PersistentVolumeClaim', 'data-chat-0')],
    ],
    ['it cannot be seen', forbidden],
  ])('is nothing any more when it was taken out and %s', async (_, answer) => {
    const { session } = sessionOf(team, { 'services,persistentvolumeclaims': answer }, { ...mark, app })
    await noteApp(session)
    expect(await appObjects(session)).toEqual({ services: [], claims: [] })
  })

  it('is all of it in a cluster of ours', async () => {
    for (const given of [{}, shared]) {
      const { session, asked } = sessionOf(given, {}, mark)
      await noteApp(session)
      expect([asked, await appObjects(session)]).toEqual([[], undefined])
    }
  })
})
