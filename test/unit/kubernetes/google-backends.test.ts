import { describe, expect, it } from 'vitest'
import { type BackendService, judgeBackends } from '../../../src/kubernetes/google-backends.ts'
import { parseObjects } from '../../../src/kubernetes/object.ts'

/** What Google does where nobody says otherwise. */
const defaults: BackendService = {
  name: 'k8s1-chat',
  affinity: 'NONE',
  timeout: 30,
  draining: 0,
  scheme: 'EXTERNAL',
  healthPath: undefined,
}
const envoy = { ...defaults, scheme: 'EXTERNAL_MANAGED' }
const good = { affinity: 'GENERATED_COOKIE', timeout: 86_400, draining: 30 }

const backendConfig = `
apiVersion: cloud.google.com/v1
kind: BackendConfig
metadata: { name: chat-config }
spec:
  timeoutSec: 300
  sessionAffinity: { affinityType: CLIENT_IP }
  connectionDraining: { drainingTimeoutSec: 600 }
`
const service = (annotations = '{}') => `
apiVersion: v1
kind: Service
metadata: { name: chat, annotations: ${annotations} }
spec: { type: NodePort, ports: [{ name: http, port: 80 }] }
`
const ingress = (annotations: string) => `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: chat, annotations: ${annotations} }
`
const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: chat }
spec: { template: { spec: { containers: [] } } }
`
const onService = `{ cloud.google.com/backend-config: '{"default":"chat-config"}' }`
const objectsOf = (...texts: string[]) => parseObjects(texts.join('---'))
const judge = (live: BackendService | undefined, ...texts: string[]) =>
  judgeBackends(live === undefined ? [] : [live], objectsOf(...texts), 'chat', { affinity: 'cookie' })[0]

describe('the load balancer’s own settings', () => {
  it('pass when they are what the policy asks for', () => {
    const policy = `
apiVersion: networking.gke.io/v1
kind: GCPBackendPolicy
metadata: { name: chat }
spec:
  targetRef: { kind: Service, name: chat }
  default:
    timeoutSec: 3600
    sessionAffinity: { type: GENERATED_COOKIE }
    connectionDraining: { drainingTimeoutSec: 30 }
`
    const found = judge({ ...envoy, ...good, timeout: 3600 }, policy, service())
    expect(found).toMatchObject({
      status: 'pass',
      found: 'GENERATED_COOKIE, timeout 3600 s, draining 30 s',
    })
  })

  it('fail for a BackendConfig that is named on the Ingress, where nobody reads it', () => {
    const found = judge(defaults, backendConfig, service(), ingress(onService), deployment)
    expect(found).toMatchObject({
      status: 'fail',
      why: expect.stringMatching(
        /RT001: BackendConfig\/chat-config asks for CLIENT_IP, timeout 300 s, draining 600 s/,
      ),
      hint: expect.stringContaining('on Service/chat'),
    })
    expect(found?.why).toContain('RT002')
    expect(found?.why).toContain('RT008')
  })

  it('warn of a draining time that outlives the replica, of CLIENT_IP, and of a short timeout of the classic balancer', () => {
    const live = { ...defaults, affinity: 'CLIENT_IP', timeout: 300, draining: 600 }
    const found = judge(live, backendConfig, service(onService), ingress('{}'), deployment)
    expect(found).toMatchObject({ status: 'warn' })
    for (const rule of ['RT003', 'RT011', 'RT027']) expect(found?.why).toContain(rule)
    expect(found?.why).toContain('draining 600 s outlives the replica, which is ended after 30 s')
  })

  it('fail for nginx’ annotations and no timeout, which Google passes over', () => {
    const live = { ...defaults, affinity: 'GENERATED_COOKIE', draining: 60 }
    const config = backendConfig.replace('  timeoutSec: 300\n', '').replace('CLIENT_IP', 'GENERATED_COOKIE')
    const annotated = ingress('{ nginx.org/websocket-services: chat }')
    const found = judge(live, config.replace('600', '60'), service(onService), annotated)
    expect(found).toMatchObject({ status: 'fail', why: expect.stringMatching(/RT002.*RT004.*Ingress\/chat/) })
  })

  it('fail for the affinity of a Service, which the load balancer goes past', () => {
    const text = service().replace('type: NodePort', 'type: LoadBalancer, sessionAffinity: ClientIP')
    const found = judge({ ...envoy, timeout: 3600, draining: 30 }, text)
    expect(found).toMatchObject({ status: 'fail', why: expect.stringMatching(/RT008.*RT010/) })
  })

  it.each([
    [
      `{ cloud.google.com/backend-config: '{"ports":{"3000":"chat-config"}}' }`,
      'speaks of port 3000, and the Service has http or 80',
    ],
    [
      `{ cloud.google.com/backend-config: '{"default":"other"}' }`,
      'names BackendConfig/other, which is not in its namespace',
    ],
    ['{ cloud.google.com/backend-config: chat-config }', 'is not JSON'],
  ])('fail for an annotation that leads to no BackendConfig: %s', (annotations, words) => {
    const found = judge(defaults, backendConfig, service(annotations), ingress('{}'))
    expect(found).toMatchObject({
      status: 'fail',
      why: expect.stringContaining(`RT006: cloud.google.com/backend-config on Service/chat ${words}`),
      hint: expect.stringContaining(`'{"default":"chat-config"}' on Service/chat`),
    })
    expect(found?.why).not.toContain('RT007')
  })

  it('take the BackendConfig of the port, by name or number, before any other', () => {
    const other = backendConfig.replace('chat-config', 'another').replaceAll('300', '900')
    const live = { ...defaults, affinity: 'CLIENT_IP', timeout: 300, draining: 600 }
    for (const key of ['http', '80']) {
      const annotation = `{ cloud.google.com/backend-config: '{"ports":{"${key}":"chat-config"}}' }`
      expect(judge(live, other, backendConfig, service(annotation), ingress('{}'))?.why).not.toMatch(
        /RT00[67]/,
      )
    }
  })

  it('warn of a Service that has a load balancer of its own besides', () => {
    const found = judge(
      { ...envoy, ...good, timeout: 3600 },
      service().replace('NodePort', 'LoadBalancer'),
      ingress('{}'),
    )
    expect(found).toMatchObject({
      status: 'warn',
      why: expect.stringMatching(/^RT041: Service\/chat/),
      hint: 'set type: ClusterIP in Service/chat',
    })
  })

  it('fail when the controller did not take what is asked for', () => {
    const found = judge({ ...defaults, ...good, timeout: 86_400 }, backendConfig, service(onService))
    expect(found).toMatchObject({ status: 'fail', why: expect.stringContaining('RT007') })
  })

  it('are those of the way in that is there, while Google still has the one before it', () => {
    const classic = { ...defaults, ...good, name: 'k8s1-chat' }
    const settings = `
apiVersion: cloud.google.com/v1
kind: BackendConfig
metadata: { name: chat-config }
spec: { timeoutSec: 86400, sessionAffinity: { affinityType: GENERATED_COOKIE } }
`
    const objects = objectsOf(settings, service(onService), ingress('{}'))
    for (const services of [
      [envoy, classic],
      [classic, envoy],
    ])
      expect(judgeBackends(services, objects, 'chat', { affinity: 'cookie' })).toMatchObject([
        { status: 'pass', data: { name: 'k8s1-chat' } },
      ])
    const behindGateway = objectsOf(service())
    expect(judgeBackends([classic, envoy], behindGateway, 'chat', { affinity: 'cookie' })).toMatchObject([
      { status: 'fail', found: 'NONE, timeout 30 s, draining 0 s' },
    ])
  })

  it('warn of a health check that asks for another path than the pods’ own probe', () => {
    const live = { ...good, draining: 30, healthPath: '/' }
    const probing = deployment.replace(
      'containers: []',
      'containers: [{ name: app, readinessProbe: { httpGet: { path: /readyz, port: http } } }]',
    )
    const classic = judge({ ...defaults, ...live }, service(), ingress('{}'), probing)
    expect(classic).toMatchObject({
      status: 'warn',
      why: expect.stringMatching(/^RT017: the load balancer asks for \/ .* probe for \/readyz/),
      hint: 'set the path to /readyz in the BackendConfig',
    })
    expect(judge({ ...envoy, ...live }, service(), probing)?.why).toMatch(/^RT018: /)
    expect(judge({ ...envoy, ...live, healthPath: '/readyz' }, service(), probing)?.status).toBe('pass')
    expect(judge({ ...envoy, ...live }, service(), deployment)?.status).toBe('pass')
  })

  it('are skipped where Google shows no backend service', () => {
    expect(judge(undefined, service())).toMatchObject({ status: 'skip' })
  })
})
