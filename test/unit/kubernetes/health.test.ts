import { describe, expect, it } from 'vitest'
import { certificateChecks } from '../../../src/kubernetes/certificates.ts'
import { entryChecks, shellOf } from '../../../src/kubernetes/health.ts'
import type { KubernetesObject } from '../../../src/kubernetes/object.ts'

const cluster = { kubeconfig: '/k', context: 'my-cluster', namespace: 'chat', cache: '/c' }
const ingress = (more: Partial<KubernetesObject> = {}): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'chat' },
  spec: { tls: [{ secretName: 'chat-tls' }] },
  ...more,
})
const address = { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } }
const backends = (states: Record<string, string>) => ({
  name: 'chat',
  annotations: { 'ingress.kubernetes.io/backends': JSON.stringify(states) },
})

describe('the way in, in status', () => {
  it('fails without an address, with the command that shows more', () => {
    const [check] = entryChecks(ingress(), cluster)
    expect(check).toMatchObject({ status: 'fail', found: 'no address' })
    expect(check?.hint).toContain('describe ingress chat')
    expect(entryChecks(ingress({ status: address }), cluster)[0]).toMatchObject({
      status: 'pass',
      found: '192.0.2.7',
    })
  })

  it('tells the health of the backends that Google’s controller writes down', () => {
    const of = (states: Record<string, string>) =>
      entryChecks(ingress({ status: address, metadata: backends(states) }), cluster)[1]
    expect(of({ a: 'HEALTHY', b: 'HEALTHY' })).toMatchObject({ status: 'pass', found: '2 healthy' })
    expect(of({ a: 'HEALTHY', b: 'UNHEALTHY' })).toMatchObject({ status: 'warn', found: 'b UNHEALTHY' })
  })
})

describe('certificates, in status', () => {
  it('are missed by name, and told when they are none', () => {
    expect(certificateChecks([ingress()], new Map(), 0)[0]).toMatchObject({
      title: 'Certificate chat-tls',
      status: 'warn',
      found: 'not there yet',
    })
    expect(certificateChecks([ingress()], new Map([['chat-tls', 'none']]), 0)[0]).toMatchObject({
      status: 'fail',
      found: 'not a certificate',
    })
  })

  it('of who makes them say how far they are', () => {
    const managed = (status: unknown): KubernetesObject => ({
      apiVersion: 'networking.gke.io/v1',
      kind: 'ManagedCertificate',
      metadata: { name: 'chat' },
      status,
    })
    const check = (status: unknown) => certificateChecks([managed(status)], new Map(), 0)[0]
    expect(check({ certificateStatus: 'Active' })?.status).toBe('pass')
    const domainStatus = [{ domain: 'chat.example.com', status: 'FailedNotVisible' }]
    expect(check({ certificateStatus: 'Provisioning', domainStatus })).toMatchObject({
      status: 'warn',
      found: 'Provisioning, chat.example.com FailedNotVisible',
    })
  })
})

describe('shellOf', () => {
  it('is the line for the app’s own container', () => {
    const app: KubernetesObject = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'chat' },
      spec: { template: { spec: { containers: [{ name: 'web' }] } } },
    }
    expect(shellOf([app], cluster, 'chat')).toBe(
      'kubectl --context my-cluster -n chat exec -it deployment/chat -c web -- sh',
    )
  })
})
