import { expect, it } from 'vitest'
import { podSecurityProblems } from './pod-security.ts'

const container = {
  name: 'app',
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
}
const pod = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [container],
}
const withContainer = (securityContext: object) => ({
  ...pod,
  containers: [{ ...container, securityContext: { ...container.securityContext, ...securityContext } }],
})

it('finds nothing in a pod that keeps to `restricted`', () => {
  expect(podSecurityProblems(pod)).toEqual([])
})

it.each<[string, object, string]>([
  ['a network of the node', { ...pod, hostNetwork: true }, 'hostNetwork is set'],
  [
    'a folder of the node',
    { ...pod, volumes: [{ name: 'x', hostPath: { path: '/' } }] },
    'a volume is hostPath',
  ],
  [
    'a port of the node',
    { ...pod, containers: [{ ...container, ports: [{ hostPort: 80 }] }] },
    'app: takes a port of the node',
  ],
  ['privileges', withContainer({ privileged: true }), 'app: is privileged'],
  ['a way up', withContainer({ allowPrivilegeEscalation: true }), 'app: may gain privileges'],
  ['capabilities that are kept', withContainer({ capabilities: {} }), 'app: keeps capabilities'],
  [
    'capabilities that are added',
    withContainer({ capabilities: { drop: ['ALL'], add: ['NET_RAW'] } }),
    'app: adds capabilities',
  ],
  ['root', withContainer({ runAsUser: 0 }), 'app: runs as root'],
  [
    'no word about root',
    { ...pod, securityContext: { seccompProfile: { type: 'RuntimeDefault' } } },
    'app: may run as root',
  ],
  ['no seccomp', { ...pod, securityContext: { runAsNonRoot: true } }, 'app: has no seccomp profile'],
  [
    'an init container that is not confined',
    { ...pod, initContainers: [{ name: 'first' }] },
    'first: may gain privileges',
  ],
])('finds %s', (_what, spec, problem) => {
  expect(podSecurityProblems(spec)).toContain(problem)
})
