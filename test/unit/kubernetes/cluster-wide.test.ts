import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/config/parse.ts'
import { refuseClusterWide } from '../../../src/kubernetes/cluster-wide.ts'
import { inEnvironment } from '../../../src/kubernetes/environment.ts'
import type { KubernetesObject } from '../../../src/kubernetes/object.ts'

const read = (sections: string, environment?: string) =>
  parseConfig(
    `version: 1\nname: chat\napp: { start: [node, server.js] }\n${sections}\n`,
    'rtdeploy.yaml',
    environment,
  )
const kubernetes = 'target: kubernetes\nkubernetes: { context: here, image: r.example.com/chat }'
const google = (more = '') => `target: gke\ngke: { project: my-project, region: us-east1${more} }`
const staging = (sections: string) => read(`${sections}\nenvironments: { staging: }`, 'staging')

const wide = (kind: string, apiVersion: string): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: 'chat' },
})
const role = wide('ClusterRole', 'rbac.authorization.k8s.io/v1')

describe('what is in no namespace', () => {
  it.each([
    role,
    wide('ClusterRoleBinding', 'rbac.authorization.k8s.io/v1'),
    wide('PriorityClass', 'scheduling.k8s.io/v1'),
    wide('StorageClass', 'storage.k8s.io/v1'),
    wide('CustomResourceDefinition', 'apiextensions.k8s.io/v1'),
  ])('is refused to an environment: $kind', object => {
    for (const shared of [staging(kubernetes), staging(google(', cluster: { name: team }'))]) {
      expect(() => inEnvironment([object], shared)).toThrow(
        expect.objectContaining({
          code: 'environment.cluster-wide',
          exitCode: 2,
          message: `${object.kind}/chat would be shared by staging and all other environments of the cluster`,
          hint: expect.stringContaining('take it out of infra/kubernetes'),
        }),
      )
    }
  })

  it('may be there for production, and in a cluster of its own; a Namespace everywhere', () => {
    const namespace = wide('Namespace', 'v1')
    expect(inEnvironment([role], read(kubernetes))).toEqual([role])
    expect(inEnvironment([role], staging(google()))).toEqual([role])
    expect(inEnvironment([namespace], staging(kubernetes))).toEqual([namespace])
  })

  it('is known by what the cluster serves', () => {
    const served = [
      { apiVersion: 'example.com/v1', kind: 'Tenant', namespaced: false },
      { apiVersion: 'example.com/v1', kind: 'Room', namespaced: true },
    ]
    const config = staging(kubernetes)
    expect(() => refuseClusterWide([wide('Room', 'example.com/v1')], config, served)).not.toThrow()
    expect(() => refuseClusterWide([wide('Tenant', 'example.com/v1')], config, served)).toThrow(
      expect.objectContaining({ code: 'environment.cluster-wide', details: ['Tenant/chat'] }),
    )
  })
})
