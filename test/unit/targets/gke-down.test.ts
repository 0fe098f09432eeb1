import { describe, expect, it } from 'vitest'
import type { GkeConfig } from '../../../src/config/gke.ts'
import { gkeNames } from '../../../src/config/gke-names.ts'
import { initDigest } from '../../../src/facts/gke-terraform.ts'
import { gkePaths } from '../../../src/facts/gke-workspace.ts'
import type { Host } from '../../../src/run/host.ts'
import { terraformFiles } from '../../../src/scaffold/terraform.ts'
import { gkeLeftovers, openTeardown } from '../../../src/targets/gke-down.ts'
import type { GkeSession } from '../../../src/targets/gke-session.ts'
import type { Target } from '../../../src/targets/target.ts'
import type { Workspace } from '../../../src/tools/terraform.ts'
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

describe('a cluster of our own', () => {
  const group = (namespace: string, service: string) => ({
    name: `k8s1-6ad6d047-${namespace}-${service}-80-1`,
    network: 'https://www.googleapis.com/compute/v1/projects/testbed-project/global/networks/chat-vpc',
    description: JSON.stringify({
      'cluster-uid': 'b0284474',
      namespace,
      'service-name': service,
      port: '80',
    }),
  })
  const gone: Target['planDown'] = async () => ({ verb: 'down', stage: 'teardown', steps: [] })
  /** The app is out of the cluster, there is no state, and these groups are on its network. */
  async function down(...groups: readonly object[]) {
    const { session } = sessionOf({}, {}, undefined, { networkEndpointGroups: groups })
    const { host, names, paths } = session
    const cluster = { status: 'RUNNING', endpoint: '10.0.0.1', resourceLabels: { rtdeploy: 'chat' } }
    const request: Host['request'] = async (url, more) =>
      url.endsWith('/clusters/chat')
        ? { status: 200, headers: {}, body: JSON.stringify(cluster) }
        : host.request(url, more)
    await host.writeFile(paths.kubeconfig, `${names.context} https://10.0.0.1`)
    const connected = new Proxy(host, {
      get: (target, name) => (name === 'request' ? request : target[name as keyof Host]),
    })
    const project = { ...facts.project, bucket: { ok: false, status: 404 } }
    const known = { ...(await session.facts()), project }
    const all = { ...session, host: connected, facts: async () => known }
    return openTeardown(all as unknown as GkeSession, { planDown: gone } as unknown as Target)()
  }
  const own = group('chat', 'chat')

  it('goes while its controllers have groups for themselves', async () => {
    const plan = await down(
      own,
      group('kube-system', 'default-http-backend'),
      group('kube-system', 'gw-serve404'),
      { ...group('chat', 'gw'), name: 'gkegw1-rxra-chat-gw-serve500-80-1', description: '' },
    )
    expect(plan.asks).toContain('cluster chat')
  })

  it.each([
    ['another namespace', group('shop', 'chat')],
    ['a namespace that only begins like one of Google’s', group('gke-gateway', 'shop')],
    ['nobody knows which', { ...own, description: '' }],
  ])('stays while a Service of %s has a group in it', async (_, theirs) => {
    await expect(down(own, theirs)).rejects.toMatchObject({ code: 'gke.shared' })
  })
})

describe('a network of our own without its cluster', () => {
  const network = 'https://www.googleapis.com/compute/v1/projects/testbed-project/global/networks/chat-vpc'
  const rules = ['gkegw1-rxra-l7-chat-vpc-global', 'gke-of-our-files', 'allow-office'].map(name => ({
    name,
    network,
  }))
  const answer = (value: object) => ({ status: 200, headers: {}, body: JSON.stringify(value) })
  const resource = (type: string, name: string) => ({
    address: `${type}.${name}`,
    mode: 'managed',
    type,
    values: { name },
  })

  /** The state has the network still, and a rule that somebody added to the files. */
  async function down(description: string) {
    const { session } = sessionOf({}, {})
    const { host, paths } = session
    const resources = [
      resource('google_compute_network', 'main'),
      resource('google_compute_firewall', 'gke-of-our-files'),
    ]
    const ran: string[] = []
    const more: Partial<Host> = {
      kindOf: async () => undefined,
      run: async ({ args }) => {
        ran.push(args.includes('show') ? 'show' : args.join(' '))
        const stdout = JSON.stringify({ values: { root_module: { resources } } })
        return { exitCode: 0, stdout, stderr: '', notFound: false, timedOut: false, tookMs: 0 }
      },
      request: async (url, options) => {
        if (url.endsWith('/global/networks/chat-vpc')) return answer({ description })
        if (url.endsWith('/global/firewalls')) return answer({ items: rules })
        if (url.endsWith('/locations/-/clusters')) return answer({})
        return host.request(url, options)
      },
    }
    const project = { ...facts.project, bucket: { ok: true, value: true } }
    const known = { ...(await session.facts()), project }
    const workspace = { folder: '/project/infra/terraform', bucket: 'b', prefix: 'p' } as Workspace
    await host.writeFile(paths.initialised, await initDigest(host, workspace))
    const all = {
      ...session,
      host: new Proxy(host, {
        get: (target, name) => more[name as keyof Host] ?? target[name as keyof Host],
      }),
      facts: async () => known,
      workspace: async () => workspace,
      where: {},
    }
    const plan = await openTeardown(all as unknown as GkeSession, {} as Target)()
    return { plan, ran }
  }

  it('is freed of what its controllers let in before Terraform destroys it', async () => {
    const { plan, ran } = await down('rtdeploy:chat')
    expect(plan.steps.map(step => step.title)).toEqual([
      'remove firewall rule gkegw1-rxra-l7-chat-vpc-global',
    ])
    expect(ran).toEqual(['show'])
  })

  it('is left to Terraform as it is when it is somebody else’s', async () => {
    const { plan, ran } = await down('of the team')
    expect(plan.steps.map(step => step.id)).not.toContainEqual(expect.stringMatching(/^leftover/))
    expect(ran).toContainEqual(expect.stringContaining('-destroy'))
  })
})
