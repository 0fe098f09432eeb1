import { describe, expect, it } from 'vitest'
import { conflictsOf, failureOf, isImmutable } from '../../../src/kubernetes/failures.ts'

const where = { context: 'prod', namespace: 'chat' }

/** What kubectl 1.32 printed. */
describe('failureOf', () => {
  it.each([
    ['error: context "prod" does not exist', 'context.missing', 'no context prod'],
    [
      'error: You must be logged in to the server (Unauthorized)',
      'cluster.login',
      'does not accept the login',
    ],
    [
      'Unable to connect to the server: dial tcp: lookup x on 1.1.1.1:53: no such host',
      'cluster.unreachable',
      'does not answer',
    ],
    [
      'The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?',
      'cluster.unreachable',
      'does not answer',
    ],
    [
      'Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority',
      'cluster.unreachable',
      'does not answer',
    ],
    [
      'Error from server (Forbidden): deployments.apps is forbidden: User "eva" cannot create resource "deployments" in API group "apps" in the namespace "chat"',
      'cluster.forbidden',
      'eva may not create deployments.apps in namespace chat',
    ],
    [
      'Error from server (Forbidden): namespaces is forbidden: User "eva" cannot create resource "namespaces" in API group "" at the cluster scope',
      'cluster.forbidden',
      'eva may not create namespaces',
    ],
    [
      'Error from server (Forbidden): error when creating "STDIN": services "x" is forbidden: exceeded quota: few, requested: services=1, used: services=5, limited: services=5',
      'cluster.quota',
      'the quota few of namespace chat is too small: requested services=1, used: services=5, limited: services=5',
    ],
    [
      'error: resource mapping not found for name: "x" namespace: "" from "STDIN": no matches for kind "HealthCheckPolicy" in version "networking.gke.io/v1"\nensure CRDs are installed first',
      'cluster.kind-missing',
      'does not know HealthCheckPolicy (networking.gke.io/v1)',
    ],
    [
      'Error from server: error when creating "STDIN": admission webhook "policy.example.com" denied the request: no team label',
      'cluster.webhook',
      'policy.example.com refuses it: no team label',
    ],
    [
      'Error from server (NotFound): namespaces "chat" not found',
      'namespace.missing',
      'there is no namespace chat',
    ],
  ])('%s', (stderr, code, words) => {
    const failure = failureOf(stderr, where)
    expect([failure?.code, failure?.message]).toEqual([code, expect.stringContaining(words)])
    expect(failure?.exitCode).toBe(3)
    expect(failure?.hint).not.toBe('')
  })

  it('does not guess at other words', () => expect(failureOf('error: something new', where)).toBeUndefined())
})

describe('conflictsOf', () => {
  it('reads one field and several', () => {
    expect(
      conflictsOf('error: Apply failed with 1 conflict: conflict with "helm" using v1: .data.x'),
    ).toEqual([{ manager: 'helm', fields: ['.data.x'] }])
    const several =
      'error: Apply failed with 3 conflicts: conflicts with "helm" using v1:\n- .data.x\n- .data.y\nconflicts with "kubectl-edit" using apps/v1:\n- .spec.replicas\nPlease review the fields above'
    expect(conflictsOf(several)).toEqual([
      { manager: 'helm', fields: ['.data.x', '.data.y'] },
      { manager: 'kubectl-edit', fields: ['.spec.replicas'] },
    ])
    expect(conflictsOf('error: something else')).toEqual([])
  })
})

describe('isImmutable', () => {
  it.each([
    ['The Deployment "web" is invalid: spec.selector: Invalid value: x: field is immutable', true],
    [
      'StatefulSet.apps "db" is invalid: spec: Forbidden: updates to statefulset spec for fields other than \'replicas\'',
      true,
    ],
    ['The Service "x" is invalid: spec.ports[0].port: Invalid value: 0', false],
  ])('%s', (stderr, immutable) => expect(isImmutable(stderr)).toBe(immutable))
})
