import { describe, expect, it } from 'vitest'
import type { GkeConfig } from '../../../src/config/gke.ts'
import { gkeNames } from '../../../src/config/gke-names.ts'
import { gkePaths } from '../../../src/facts/gke-workspace.ts'
import type { Host } from '../../../src/run/host.ts'
import { terraformFiles } from '../../../src/scaffold/terraform.ts'
import { gkeLeftovers, openTeardown } from '../../../src/targets/gke-down.ts'
import type { GkeSession } from '../../../src/targets/gke-session.ts'
import type { Target } from '../../../src/targets/target.ts'
import { fakeHost } from '../../support/fake-host.ts'
import { gkeConfig, terraformTemplate } from '../../support/gke-configs.ts'
import { login } from '../../support/login.ts'

const team = { cluster: { name: 'team' } }
const program = (name: string, version: string) => ({ name, path: `/usr/bin/${name}`, version })
/** All is fit that `down` needs. */
const facts = {
  platform: 'linux',
  programs: {
    gcloud: program('gcloud', '528.0.0'),
    plugin: program('gke-gcloud-auth-plugin', '0.5.10'),
    terraform: program('terraform', '1.11.4'),
    kubectl: program('kubectl', '1.32.4'),
  },
  login: { ok: true, login },
  project: { state: { ok: true, value: 'ACTIVE' } },
  credentials: undefined,
}

/** `items`: what an aggregated list of the kind has; everything else that is asked for is not there. */
function sessionOf(
  given: Partial<GkeConfig>,
  written: Partial<GkeConfig>,
  noted?: object,
  items: Readonly<Record<string, readonly object[]>> = {},
) {
  const gke = gkeConfig(given)
  const names = gkeNames('chat', gke)
  const paths = gkePaths('/project', names)
  const texts = terraformFiles(terraformTemplate(), 'chat', gkeConfig(written)).map(
    file => [`/project/${file.path}`, String(file.contents)] as const,
  )
  const files = Object.fromEntries(texts)
  const fake = fakeHost({ files: noted ? { ...files, [paths.marks]: JSON.stringify(noted) } : files })
  const list = async (folder: string) =>
    texts.flatMap(([path]) =>
      path.startsWith(`${folder}/`) ? [{ name: path.slice(folder.length + 1), kind: 'file' as const }] : [],
    )
  const request = async (url: string) => {
    const [, kind] = /\/aggregated\/(\w+)$/.exec(url) ?? []
    if (kind === undefined)
      return { status: 404, headers: {}, body: '{"error":{"errors":[{"reason":"notFound"}]}}' }
    return {
      status: 200,
      headers: {},
      body: JSON.stringify({ items: { 'zones/us-central1-a': { [kind]: items[kind] ?? [] } } }),
    }
  }
  const more: Partial<Host> = { list, request }
  const host: Host = new Proxy(fake.host, {
    get: (target, name) => (more as Host)[name as keyof Host] ?? target[name as keyof Host],
  })
  const session = {
    host,
    project: '/project',
    verb: 'down',
    flags: {},
    gke,
    names,
    paths,
    config: { name: 'chat' },
    login: async () => login,
    facts: async () => ({ ...facts, gke, names }),
    forget: () => undefined,
  }
  return { session: session as unknown as GkeSession, told: fake.told }
}

describe('taking down', () => {
  const inner = new Proxy({} as Target, {
    get: (_, name) => {
      if (name === 'forget') return undefined
      throw new Error(`unexpected use of ${String(name)}`)
    },
  })

  it.each<[Partial<GkeConfig>, Partial<GkeConfig>]>([
    [{}, team],
    [team, {}],
    [{ network: { name: 'shared', subnetwork: 'apps' } }, {}],
  ])('what came up with %j does not begin with %j', async (written, given) => {
    const { session, told } = sessionOf(given, written)
    await expect(openTeardown(session, inner)()).rejects.toMatchObject({ code: 'gke.other-files' })
    expect(told).toEqual([])
  })
})

describe('what stays in a cluster of others', () => {
  const group = (service: string) => ({
    name: `k8s1-4711-chat-${service}`,
    description: JSON.stringify({ 'cluster-uid': '4711', namespace: 'chat', 'service-name': service }),
  })
  const mark = { endpoint: '10.0.0.1', uid: '4711' }
  const groups = { networkEndpointGroups: [group('chat'), group('shop')] }

  it('is told of the app, and of nobody beside it', async () => {
    const app = { services: ['chat'], claims: [] }
    const { session } = sessionOf(team, team, { ...mark, app }, groups)
    expect(await gkeLeftovers(session)).toEqual([
      expect.stringMatching(/^still there: .*k8s1-4711-chat-chat/),
    ])
  })

  it('is nothing where up never ran', async () => {
    expect(await gkeLeftovers(sessionOf(team, team, mark, groups).session)).toEqual([])
    expect(await gkeLeftovers(sessionOf(team, team, undefined, groups).session)).toEqual([])
  })

  it('is said not to be known to who may not read what tells it', async () => {
    const { session } = sessionOf(team, team, { endpoint: '10.0.0.1' }, groups)
    expect(await gkeLeftovers(session)).toEqual([
      expect.stringMatching(/^not looked for: .* you may not read the namespace kube-system of team/),
      expect.stringContaining('gcloud compute network-endpoint-groups list --project=testbed-project'),
    ])
  })
})
