import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { clusterProject, kubeconfig, leaveToBalancer, manifests } from './support/project.ts'

const classes = (kind: string): string[] => {
  try {
    const args = ['get', kind, '--output', 'jsonpath={.items[*].metadata.name}']
    const env = { ...process.env, KUBECONFIG: kubeconfig ?? '' }
    return execFileSync('kubectl', args, { encoding: 'utf8', env, stdio: 'pipe' }).split(' ').filter(Boolean)
  } catch {
    return []
  }
}
const gateways = kubeconfig === undefined ? [] : classes('gatewayclasses')
const ingresses = kubeconfig === undefined ? [] : classes('ingressclasses')
const isGoogle = gateways.some(name => name.startsWith('gke-'))

const gateway = (className: string) => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: tiny }
spec:
  gatewayClassName: ${className}
  listeners: [{ name: http, protocol: HTTP, port: 80 }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: tiny }
spec: { parentRefs: [{ name: tiny }], rules: [{ backendRefs: [{ name: tiny, port: 80 }] }] }
`
const ingress = (annotations: string, spec: string) => `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: tiny, annotations: { ${annotations} } }
spec:
${spec}  rules: [{ http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: tiny, port: { number: 80 } } } }] } }]
`
const backendConfig = `---
apiVersion: cloud.google.com/v1
kind: BackendConfig
metadata: { name: tiny }
spec:
  timeoutSec: 86400
  sessionAffinity: { affinityType: GENERATED_COOKIE }
  healthCheck: { type: HTTP, requestPath: /readyz, port: 3000, checkIntervalSec: 1, timeoutSec: 1, healthyThreshold: 1 }
`
const gceService = (text: string) =>
  text.replace(
    'kind: Service\nmetadata:\n  name: tiny\n',
    `kind: Service\nmetadata:\n  name: tiny\n  annotations:\n    cloud.google.com/neg: '{"ingress": true}'\n    cloud.google.com/backend-config: '{"default": "tiny"}'\n`,
  )
const stickyService = (text: string) =>
  text.replace(
    'kind: Service\nmetadata:\n  name: tiny\n',
    'kind: Service\nmetadata:\n  name: tiny\n  annotations:\n    traefik.ingress.kubernetes.io/service.sticky.cookie: "true"\n',
  )

interface Way {
  readonly name: string
  readonly there: boolean
  /** undefined leaves entry.yaml as the fixture has it. */
  readonly entry?: string
  readonly service?: (text: string) => string
}

const ways: readonly Way[] = [
  { name: 'Gateway of Google', there: gateways.includes('gke-l7-global-external-managed') },
  {
    name: 'Ingress gce',
    there: isGoogle,
    entry: `${ingress('kubernetes.io/ingress.class: gce', '')}${backendConfig}`,
    service: gceService,
  },
  {
    name: 'Ingress traefik',
    there: ingresses.includes('traefik'),
    entry: ingress('', '  ingressClassName: traefik\n'),
    service: stickyService,
  },
]

describe.skipIf(kubeconfig === undefined)(
  'three replicas behind',
  { timeout: 600_000, concurrent: true },
  () => {
    for (const way of ways) {
      it.skipIf(!way.there)(`${way.name}: up ends verified, down leaves no way in`, async () => {
        await using project = clusterProject({ parts: ['redis.yaml', 'entry.yaml'], replicas: 3 })
        if (way.entry !== undefined) project.write(`${manifests}/entry.yaml`, way.entry)
        if (way.service !== undefined) project.edit(`${manifests}/app.yaml`, way.service)
        const up = await project.run(['up', '--json'])
        const report = JSON.parse(up.stdout)
        const failed = report.checks?.filter((check: { status: string }) => check.status === 'fail')
        expect([up.exitCode, failed, report.error]).toEqual([0, [], undefined])
        expect(report.checks.find((check: { id: string }) => check.id === 'spread.replicas').status).toBe(
          'pass',
        )
        const status = JSON.parse((await project.run(['status', '--json'])).stdout)
        expect(status.result.url).toBe(report.result.url)
        const nodes = new Set(
          status.result.replicas
            .filter((row: { workload: string }) => row.workload === 'tiny')
            .map((row: { node: string }) => row.node),
        )
        expect(nodes.size).toBeGreaterThan(1)
        const down = await project.run(['down', '--yes', '--delete-data'])
        expect(`${down.exitCode} ${down.stderr}`).toMatch(/^0 /)
        await expect(project.kubectl('get', 'namespace', project.namespace)).rejects.toThrow('NotFound')
      })
    }

    it.skipIf(!gateways.includes('traefik'))('Gateway traefik: an address and answers', async () => {
      await using project = clusterProject({ parts: ['redis.yaml', 'entry.yaml'], replicas: 3 })
      project.write(`${manifests}/entry.yaml`, gateway('traefik'))
      const up = await project.run(['up', '--no-verify', '--json'])
      expect([up.exitCode, JSON.parse(up.stdout).error]).toEqual([0, undefined])
      // The standard channel of the Gateway API has no affinity: rtdeploy must not say that all is well.
      const verified = await project.run(['verify', '--idle', '0'])
      expect([0, 5]).toContain(verified.exitCode)
      if (verified.exitCode === 5) expect(verified.stdout).toContain('RT008')
    })

    it.skipIf(!isGoogle)('a Service of type LoadBalancer: an address and answers', async () => {
      await using project = clusterProject({ parts: ['redis.yaml', 'entry.yaml'], replicas: 3 })
      project.write(
        `${manifests}/entry.yaml`,
        'apiVersion: v1\nkind: Service\nmetadata: { name: tiny-lb }\nspec:\n  type: LoadBalancer\n  sessionAffinity: ClientIP\n  externalTrafficPolicy: Local\n  selector: { app.kubernetes.io/name: tiny }\n  ports: [{ name: http, port: 80, targetPort: http }]\n',
      )
      const [up] = await Promise.all([
        project.run(['up', '--json']),
        leaveToBalancer(project.namespace, 'tiny-lb'),
      ])
      expect([up.exitCode, JSON.parse(up.stdout).error]).toEqual([0, undefined])
      expect(JSON.parse(up.stdout).result.url).toMatch(/^http:\/\//)
      expect((await project.run(['down', '--yes', '--delete-data'])).exitCode).toBe(0)
    })

    it('says that nobody looks after a class without a controller', async () => {
      await using project = clusterProject({ parts: ['entry.yaml'] })
      project.write(`${manifests}/entry.yaml`, ingress('', '  ingressClassName: of-dreams\n'))
      const up = await project.run(['up', '--no-verify'])
      expect(up.exitCode).toBe(1)
      expect(up.stderr).toContain('nobody looks after Ingress tiny (class of-dreams)')
      expect(up.stderr).toContain('code: entry.no-controller')
    })
  },
)

describe.skipIf(kubeconfig === undefined || !isGoogle)('verify', { timeout: 600_000 }, () => {
  it('from inside, and through a rollout, a killed replica and a drained node', async () => {
    await using project = clusterProject({ parts: ['redis.yaml', 'entry.yaml'], replicas: 3 })
    expect((await project.run(['up', '--no-verify'])).exitCode).toBe(0)
    const refused = await project.run(['verify', '--disrupt', 'rollout', '--idle', '0'])
    expect([refused.exitCode, refused.stderr]).toEqual([
      2,
      expect.stringContaining('replace all replicas of tiny'),
    ])
    const run = await project.run([
      'verify',
      '--in-cluster',
      '--disrupt',
      'rollout,replica,node',
      '--yes',
      '--idle',
      '0',
      '--json',
    ])
    const { checks, error } = JSON.parse(run.stdout)
    expect(error).toBeUndefined()
    const ids = checks.map((check: { id: string }) => check.id)
    expect(ids).toContain('in-cluster.fan-out.delivery')
    for (const name of ['rollout', 'replica', 'node']) {
      const of = (what: string) =>
        checks.find((check: { id: string }) => check.id === `disruption.${name}.${what}`)
      expect(of('messages').data.lost).toBe(0)
      expect(of('messages').data.acknowledged).toBeGreaterThan(20)
      expect(of('reconnect').data.away).toBe(0)
    }
    expect(await project.kubectl('get', 'jobs', '--output', 'name')).toBe('')
    const nodes = await project.kubectl('get', 'nodes', '--output', 'jsonpath={.items[*].spec.unschedulable}')
    expect(nodes).toBe('')
  })

  it('finds what a restart of Redis loses when an app only publishes', async () => {
    await using project = clusterProject({ parts: ['redis.yaml', 'entry.yaml'], replicas: 3 })
    expect((await project.run(['up', '--no-verify'])).exitCode).toBe(0)
    const run = await project.run(['verify', '--disrupt', 'redis', '--yes', '--idle', '0', '--json'])
    const messages = JSON.parse(run.stdout).checks.find(
      (check: { id: string }) => check.id === 'disruption.redis.messages',
    )
    expect(messages.status).not.toBe('pass')
    expect(messages.why).toContain('RT032')
  })
})
