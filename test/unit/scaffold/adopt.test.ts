// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is Compose's syntax
import { describe, expect, it } from 'vitest'
import type { Host } from '../../../src/run/host.ts'
import { readAdopted } from '../../../src/scaffold/adopt.ts'
import { adoptCompose } from '../../../src/scaffold/adopt-compose.ts'
import { adoptEnv, backendOf, pathIn, repositoryOf } from '../../../src/scaffold/adopted.ts'

/** A machine with these files below /work. */
function folder(files: Readonly<Record<string, string>>) {
  const paths = new Map(Object.entries(files).map(([path, text]) => [`/projects/${path}`, text]))
  const seen: string[] = []
  const host: Pick<Host, 'cwd' | 'kindOf' | 'readFile' | 'list'> = {
    cwd: '/projects',
    kindOf: async path => (paths.has(path) ? 'file' : undefined),
    readFile: async path => {
      seen.push(path)
      return paths.get(path)
    },
    list: async path => {
      const names = [...paths.keys()]
        .filter(file => file.startsWith(`${path}/`))
        .map(file => file.slice(path.length + 1))
      return names.filter(name => !name.includes('/')).map(name => ({ name, kind: 'file' as const }))
    },
  }
  return { host, seen }
}

describe('of a service in a compose file', () => {
  const app = (service: object) => adoptCompose({ services: { app: service } }, 'compose.yaml')

  it.each([
    [['8080:4000'], 4000],
    [['127.0.0.1:8080:4000/tcp'], 4000],
    [['4000'], 4000],
    [[4000], 4000],
    [[{ target: 4000, published: 80 }], 4000],
    [['${PORT:-80}:4000'], 4000],
    [undefined, 3000],
  ])('the ports %j mean port %d', (ports, port) => {
    expect(app({ image: 'a/b', ports }).port).toBe(port)
  })

  it.each([
    ['node server.js --flag', ['node', 'server.js', '--flag']],
    [
      ['node', 'a b.js'],
      ['node', 'a b.js'],
    ],
    ['sh -c "node a.js && true"', undefined],
    [undefined, undefined],
  ])('the command %j is started as %j', (command, start) => {
    expect(app({ image: 'a/b', command }).start).toEqual(start)
  })

  it('the one that is built is the app, whatever comes first', () => {
    const services = { proxy: { image: 'nginx' }, redis: { image: 'redis' }, web: { build: '.' } }
    expect(adoptCompose({ services }, 'c')).toMatchObject({ name: 'web', redis: 'in-cluster', mongo: 'off' })
  })

  it('a URL given to the app means that the backend is outside', () => {
    const environment = ['REDIS_URL', 'MONGODB_URL=mongodb://elsewhere']
    expect(app({ build: '.', environment })).toMatchObject({ redis: 'external', mongo: 'external', env: {} })
  })

  it.each([
    null,
    [],
    'text',
    7,
    { services: null },
    { services: { a: null } },
    { services: { a: { ports: 'x', environment: 3, deploy: [] } } },
  ])('nothing is thrown by %j', document => {
    expect(adoptCompose(document, 'c').port).toBe(3000)
  })
})

it('takes over plain variables, of secrets only the names, and names what it cannot know', () => {
  const variables = new Map<string, string | undefined>([
    ['LOG_LEVEL', 'info'],
    ['GREETING', '${GREETING:-hello}'],
    ['PORT', '80'],
    ['API_KEY', 'x'],
    ['GH_TOKEN', undefined],
    ['DATABASE_URL', 'postgres://me:secret@db/x'],
    ['OTHER', '$HOME/x'],
    ['CACHE', 'tcp://cache:6379'],
    ['not a name', 'x'],
    ['CACHED', 'not the cache'],
  ])
  const { env, secrets, left } = adoptEnv(variables, 'env', ['cache'])
  expect(env).toEqual({ LOG_LEVEL: 'info', GREETING: 'hello', CACHED: 'not the cache' })
  expect(secrets).toEqual(['API_KEY', 'GH_TOKEN', 'DATABASE_URL'])
  expect(left.map(line => line.split(':')[0])).toEqual(['env.OTHER', 'env.CACHE', 'env.not a name'])
  expect(JSON.stringify({ env, secrets, left })).not.toMatch(/me:secret/)
})

it.each([
  ['ghcr.io/a/b:1.2', 'ghcr.io/a/b'],
  ['localhost:5000/a@sha256:00ff', 'localhost:5000/a'],
  ['localhost:5000/a', 'localhost:5000/a'],
  ['chat:latest', undefined],
  ['$REGISTRY/chat', undefined],
])('the image %s is pushed to %s', (image, repository) => {
  expect(repositoryOf(image)).toBe(repository)
})

it.each([
  ['redis:7-alpine', 'redis'],
  ['docker.io/library/redis', 'redis'],
  ['valkey/valkey:8', 'redis'],
  ['mongo:7', 'mongo'],
  ['bitnami/mongodb', 'mongo'],
  ['mongo-express', undefined],
  ['acme/redis-dashboard', undefined],
])('the image %s is the backend %s', (image, kind) => {
  expect(backendOf(image)).toBe(kind)
})

it.each([
  ['curl -f http://localhost:3000/health || exit 1', '/health'],
  ['["CMD","wget","-q","http://127.0.0.1/ready?x=1"]', '/ready?x=1'],
  ['redis-cli ping', undefined],
])('the health check %s asks for %s', (text, path) => {
  expect(pathIn(text)).toBe(path)
})

describe('readAdopted', () => {
  it('reads the manifests of a skaffold.yaml inside the project and names the others', async () => {
    const { host, seen } = folder({
      'app/skaffold.yaml':
        'apiVersion: skaffold/v4\nbuild: { artifacts: [{ image: r.io/a }] }\nmanifests: { rawYaml: [k8s/*.yaml, ../../etc/passwd, none.yaml] }',
      'app/k8s/a.yaml':
        'kind: Deployment\nspec: { template: { spec: { containers: [{ image: r.io/a, ports: [{ containerPort: 9 }] }] } } }',
      'app/k8s/a.txt': 'no',
    })
    const adopted = await readAdopted(host, 'app/skaffold.yaml')
    expect(adopted).toMatchObject({ image: 'r.io/a', port: 9, redis: 'off' })
    expect(adopted.left).toEqual(
      expect.arrayContaining([
        'manifests ../../etc/passwd: no such file in the project',
        'manifests none.yaml: no such file in the project',
      ]),
    )
    expect(seen).toEqual(['/projects/app/skaffold.yaml', '/projects/app/k8s/a.yaml'])
  })

  it.each([
    [{}, 'from.missing'],
    [{ 'x.yaml': 'a: [1' }, 'from.invalid'],
    [{ 'x.yaml': `a: &a [x]\nb: [${'*a,'.repeat(200)}]\nservices: {}` }, 'from.invalid'],
    [{ 'x.yaml': '' }, 'from.unknown'],
    [{ 'x.yaml': 'kind: Deployment' }, 'from.unknown'],
    [{ 'x.yaml': 'services: [a]' }, 'from.unknown'],
  ])('refuses %j with %s', async (files, code) => {
    await expect(readAdopted(folder(files).host, 'x.yaml')).rejects.toMatchObject({ code, exitCode: 2 })
  })
})
