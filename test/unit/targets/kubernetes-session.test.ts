import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/config/parse.ts'
import type { Verb } from '../../../src/report/report.ts'
import { type KubernetesFlags, openSession } from '../../../src/targets/kubernetes-session.ts'
import { fakeHost } from '../../support/fake-host.ts'

const view = 'kubectl config view --raw --minify --flatten --context prod --output json'
const kubeconfig = JSON.stringify({ clusters: [{ cluster: { server: 'https://other' } }] })
const record = '/project/.rtdeploy/kubernetes/cluster.json'
const section = 'kubernetes: { context: prod, image: r.example.com/chat }'
const text = `version: 1\nname: chat\napp: { start: [node] }\n${section}\n`

function connect(verb: Verb, flags: KubernetesFlags) {
  const fake = fakeHost({
    commands: [[view, { stdout: kubeconfig }]],
    files: { [record]: JSON.stringify({ prod: 'https://before' }) },
  })
  const config = parseConfig(text, 'rtdeploy.yaml')
  const cluster = openSession(fake.host, { verb, project: '/project', config, flags }).cluster()
  return { fake, cluster }
}

describe('what a session remembers', () => {
  const open = () => {
    const config = parseConfig(text, 'rtdeploy.yaml')
    return openSession(fakeHost().host, { verb: 'up', project: '/project', config, flags: {} })
  }

  it('is asked once, until something changes', async () => {
    const session = open()
    const answers = ['one', 'two']
    const ask = () => session.remember('image', async () => answers.shift())
    expect([await ask(), await ask()]).toEqual(['one', 'one'])
    session.forget()
    expect(await ask()).toBe('two')
  })

  it('is asked again when there was no answer', async () => {
    const session = open()
    const away = session.remember('image', () => Promise.reject(new Error('away')))
    await expect(away).rejects.toThrow('away')
    expect(await session.remember('image', async () => 'here')).toBe('here')
  })

  it('is shared with what runs ahead, which ends with the next change and leaves nothing behind', async () => {
    const session = open()
    const ahead = session.untilForgotten()
    await ahead.remember('image', async () => 'ahead')
    expect(await session.remember('image', async () => 'late')).toBe('ahead')
    session.forget()
    expect(ahead.host.interrupted.aborted).toBe(true)
    await ahead.remember('records', async () => 'stale')
    expect(await session.remember('records', async () => 'fresh')).toBe('fresh')
    expect(session.untilForgotten().host.interrupted.aborted).toBe(false)
  })
})

describe('a context that leads to another server than the last time', () => {
  it.each<[string, Verb, KubernetesFlags]>([
    ['up', 'up', {}],
    ['down', 'down', {}],
    ['rollback', 'rollback', {}],
    ['verify that disrupts', 'verify', { disrupt: 'node' }],
    ['verify that runs pods', 'verify', { inCluster: true }],
  ])('is not touched by %s without a yes', async (_name, verb, flags) => {
    await expect(connect(verb, flags).cluster).rejects.toMatchObject({ code: 'context.other' })
    const { fake, cluster } = connect(verb, { ...flags, yes: true })
    await cluster
    expect(fake.files.get(record)).toContain('https://other')
  })

  it.each<[string, Verb, KubernetesFlags]>([
    ['status', 'status', {}],
    ['verify', 'verify', {}],
    ['up --dry-run', 'up', { dryRun: true }],
  ])('may be looked at by %s', async (_name, verb, flags) => {
    const { fake, cluster } = connect(verb, flags)
    expect((await cluster).context).toBe('prod')
    // The first that writes there: credentials, and an app of somebody else that does not keep them out of Git.
    expect(fake.files.get('/project/.rtdeploy/.gitignore')).toBe('*\n')
    expect(fake.files.get(record)).toContain('https://before')
  })
})
