import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/command.ts'
import { gkeNames } from '../../../src/config/gke-names.ts'
import { neededPermissions, neededServices } from '../../../src/config/gke-needs.ts'
import type { GkeFacts } from '../../../src/facts/gke.ts'
import { installGke, judgeGke } from '../../../src/facts/gke-checks.ts'
import type { ProjectFacts } from '../../../src/facts/gke-project.ts'
import type { ApiAnswer } from '../../../src/tools/google-apis.ts'
import { gkeConfig, gkeConfigs } from '../../support/gke-configs.ts'

const gke = gkeConfig()
const ok = <T>(value: T): ApiAnswer<T> => ({ ok: true, value })
const no = (status: number, reason: string, message = reason): ApiAnswer<never> => ({
  ok: false,
  status,
  reason,
  message,
})
const quota = (metric: string, limit: number, usage = 0) => ({ metric, limit, usage })

const project: ProjectFacts = {
  state: ok('ACTIVE'),
  billing: ok(true),
  permissions: ok(neededPermissions(gke)),
  services: ok(neededServices(gke)),
  regionQuotas: ok([quota('CPUS', 24), quota('SSD_TOTAL_GB', 500)]),
  projectQuotas: ok([quota('NETWORKS', 5), quota('STATIC_ADDRESSES', 8)]),
  cluster: no(404, 'notFound'),
  bucket: no(404, 'notFound'),
}
const found = (name: string, version: string) => ({ name, path: `/usr/bin/${name}`, version })
const facts: GkeFacts = {
  platform: 'linux',
  gke,
  names: gkeNames('chat', gke),
  programs: {
    gcloud: found('gcloud', '528.0.0'),
    plugin: found('gke-gcloud-auth-plugin', '0.5.10'),
    terraform: found('terraform', '1.11.4'),
    kubectl: found('kubectl', '1.32.4'),
    docker: { program: 'docker', version: '28.0.1' },
  },
  login: {
    ok: true,
    login: {
      account: 'me@example.com',
      token: new Secret('t'),
      expiresAt: undefined,
      project: 'other',
      endpoints: {},
    },
  },
  project,
  credentials: undefined,
}
const withProject = (given: Partial<ProjectFacts>): GkeFacts => ({
  ...facts,
  project: { ...project, ...given },
})
const withPrograms = (given: Partial<GkeFacts['programs']>): GkeFacts => ({
  ...facts,
  programs: { ...facts.programs, ...given },
})

const byId = (given: GkeFacts, id: string) => judgeGke(given).find(check => check.id === id)

it('says nothing but good of a machine and a project that have all', () => {
  expect(judgeGke(facts).filter(check => check.status !== 'pass')).toEqual([])
})

it('every failure has a hint', () => {
  const worst = withProject({ billing: ok(false), permissions: ok([]), regionQuotas: ok([quota('CPUS', 4)]) })
  const all = [
    ...judgeGke(worst),
    ...judgeGke({ ...facts, project: undefined, login: { ok: false, problem: 'none', output: '' } }),
  ]
  const failed = all.filter(check => check.status === 'fail')
  expect(failed.map(check => check.id)).toEqual(['gke.billing', 'gke.permissions', 'gke.quota', 'gke.login'])
  for (const check of failed) expect(check.hint).toMatch(/^gcloud |^ask for more/)
})

const cases: readonly (readonly [string, GkeFacts, string, string, RegExp])[] = [
  [
    'a program that is not there',
    withPrograms({ terraform: { name: 'terraform', path: undefined, version: undefined } }),
    'program.terraform',
    'fail',
    /not on PATH/,
  ],
  [
    'a program that is too old',
    withPrograms({ terraform: found('terraform', '1.4.6') }),
    'program.terraform',
    'fail',
    /1\.4\.6/,
  ],
  [
    '1.10 as newer than 1.5',
    withPrograms({ terraform: found('terraform', '1.10.0') }),
    'program.terraform',
    'pass',
    /1\.10/,
  ],
  ['a machine without Docker', withPrograms({ docker: undefined }), 'image.builder', 'warn', /no daemon/],
  [
    'an expired login',
    { ...facts, project: undefined, login: { ok: false, problem: 'expired', output: '' } },
    'gke.login',
    'fail',
    /expired/,
  ],
  [
    'a key file that is gone',
    { ...facts, credentials: { variable: 'GOOGLE_APPLICATION_CREDENTIALS', missing: '/gone.json' } },
    'gke.credentials',
    'fail',
    /gone\.json/,
  ],
  [
    'a project of somebody else',
    withProject({ state: no(403, 'PERMISSION_DENIED') }),
    'gke.project',
    'fail',
    /not there, or not yours/,
  ],
  [
    'a project on its way out',
    withProject({ state: ok('DELETE_REQUESTED') }),
    'gke.project',
    'fail',
    /delete requested/,
  ],
  [
    'a token that Google refuses',
    withProject({ state: no(401, 'ACCESS_TOKEN_EXPIRED') }),
    'gke.project',
    'fail',
    /refuses the login/,
  ],
  [
    'billing that nobody may see',
    withProject({ billing: no(403, 'PERMISSION_DENIED', 'denied') }),
    'gke.billing',
    'warn',
    /denied/,
  ],
  [
    'APIs that are off',
    withProject({ services: ok([]) }),
    'gke.services',
    'skip',
    /compute\.googleapis\.com.*switches them on/,
  ],
  [
    'quotas that only the API could tell',
    withProject({ regionQuotas: no(403, 'SERVICE_DISABLED') }),
    'gke.quota',
    'skip',
    /when the API is on/,
  ],
  [
    'too few CPUs',
    withProject({ regionQuotas: ok([quota('CPUS', 12, 8)]) }),
    'gke.quota',
    'fail',
    /8 CPUs \(CPUS\), 4 of 12 are left/,
  ],
  [
    'too few CPUs when the cluster is there',
    withProject({
      cluster: ok({ status: 'RUNNING', endpoint: '192.0.2.1', owner: 'tiny' }),
      regionQuotas: ok([quota('CPUS', 1, 1)]),
    }),
    'gke.quota',
    'pass',
    /running/,
  ],
  [
    'a region that is not there',
    withProject({ regionQuotas: no(404, 'notFound') }),
    'gke.quota',
    'fail',
    /no region us-central1/,
  ],
  ['a network that is down', withProject({ billing: undefined }), 'gke.billing', 'warn', /nobody answers/],
]

describe('preflight', () => {
  it.each(cases)('tells %s', (_, given, id, status, words) => {
    expect(byId(given, id)).toMatchObject({ status, found: expect.stringMatching(words) })
  })

  it('names all missing permissions at once, with one command that gives them', () => {
    const check = byId(withProject({ permissions: ok(['compute.networks.create']) }), 'gke.permissions')
    expect(check?.data?.missing).toHaveLength(neededPermissions(gke).length - 1)
    expect(check?.hint).toBe(
      'gcloud projects add-iam-policy-binding testbed-project --member=user:me@example.com --role=roles/owner',
    )
  })

  it('asks a project for nothing that only a bucket gives: its owner would be refused', () => {
    for (const config of Object.values(gkeConfigs))
      expect(neededPermissions(config).filter(name => name.startsWith('storage.objects.'))).toEqual([])
  })

  it('asks Google for no right in a cluster of others, where one may have it by the cluster itself', () => {
    const inside = neededPermissions({ ...gke, cluster: { name: 'theirs' } }).filter(name =>
      /^container\.(?!clusters\.get$)/.test(name),
    )
    expect(inside).toEqual([])
  })

  it('asks the bucket of the state, once there is one of ours, what it allows', () => {
    const lacking = { bucket: ok(true), objects: ok(['storage.objects.create']) }
    const check = byId(withProject(lacking), 'gke.permissions')
    expect(check).toMatchObject({
      status: 'fail',
      found: 'me@example.com lacks 1: storage.objects.delete',
      hint: 'gcloud storage buckets add-iam-policy-binding gs://testbed-project-rtdeploy-chat --member=user:me@example.com --role=roles/storage.objectAdmin',
    })
    const both = byId(withProject({ ...lacking, permissions: ok([]) }), 'gke.permissions')
    expect(both?.hint).toMatch(/^gcloud projects .*=roles\/owner; gcloud storage buckets /)
    expect(both?.data?.missing).toHaveLength(neededPermissions(gke).length + 1)
    for (const bucket of [no(404, 'notFound'), no(403, 'forbidden')])
      expect(byId(withProject({ bucket, objects: ok([]) }), 'gke.permissions')?.status).toBe('pass')
    expect(byId(withProject({ bucket: ok(true), objects: undefined }), 'gke.permissions')?.status).toBe(
      'pass',
    )
  })

  it('does not promise an API of gcloud’s own project', () => {
    const off = { ok: false, status: 403, reason: 'SERVICE_DISABLED', message: 'off' } as const
    const quota = (consumer: string) =>
      byId(withProject({ regionQuotas: { ...off, consumer } }), 'gke.quota')?.status
    expect([quota('projects/123'), quota('projects/32555940559')]).toEqual(['skip', 'warn'])
  })

  it('does not repeat one refusal for everything in a project that is not there', () => {
    const gone = no(403, 'PERMISSION_DENIED')
    const ids = judgeGke(withProject({ state: gone, billing: gone, permissions: gone })).map(
      check => check.id,
    )
    expect(ids.filter(id => /billing|permissions|services|quota/.test(id))).toEqual([])
  })

  it('asks for what a configuration takes, and within what the APIs take at once', () => {
    const all = gkeConfig({
      host: 'a.example.com',
      certificate: 'managed',
      dns: 'zone',
      redis: 'memorystore',
      mongo: 'secret-manager',
    })
    expect(neededServices(gke)).not.toContain('redis.googleapis.com')
    expect(neededServices(all)).toEqual(
      expect.arrayContaining(['redis.googleapis.com', 'dns.googleapis.com']),
    )
    expect(neededServices(all).length).toBeLessThanOrEqual(20)
    expect(neededPermissions(all).length).toBeLessThanOrEqual(100)
  })

  it.each([
    ['gcloud', 'darwin', undefined, 'brew install --cask gcloud-cli'],
    ['terraform', 'linux', undefined, 'sudo snap install terraform --classic'],
    ['kubectl', 'win32', undefined, 'winget install Kubernetes.kubectl'],
    [
      'gke-gcloud-auth-plugin',
      'linux',
      '/usr/bin/gcloud',
      'sudo apt install google-cloud-cli-gke-gcloud-auth-plugin',
    ],
    [
      'gke-gcloud-auth-plugin',
      'darwin',
      '/opt/homebrew/bin/gcloud',
      'gcloud components install gke-gcloud-auth-plugin',
    ],
  ])('%s is installed on %s with one command', (name, platform, sdk, command) => {
    expect(installGke(name, platform, sdk)).toBe(command)
  })
})
