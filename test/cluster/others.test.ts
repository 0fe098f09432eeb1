import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { clusterProject, kubeconfig, manifests } from './support/project.ts'

describe.skipIf(kubeconfig === undefined)('what others do to a cluster', { timeout: 300_000 }, () => {
  it('leaves a Secret that was there before, with what else is in it, and settles', async () => {
    await using project = clusterProject({})
    await project.kubectl('create', 'namespace', project.namespace)
    await project.kubectl('create', 'secret', 'generic', 'tiny-secrets', '--from-literal=THEIRS=1')
    const up = await project.run(['up', '--no-verify'])
    expect(`${up.exitCode} ${up.stderr}`).toMatch(/^0 /)
    expect(up.stderr).not.toContain('THEIRS')
    const again = await project.run(['up', '--no-verify', '--json'])
    expect(JSON.parse(again.stdout).outcome).toBe('nothing-to-do')
    const down = await project.run(['down', '--yes', '--delete-data'])
    expect(`${down.exitCode} ${down.stderr}`).toMatch(/^0 /)
    const stored = ['get', 'secret', 'tiny-secrets', '--output', 'jsonpath={.data.THEIRS}']
    expect(await project.kubectl(...stored)).toBe('MQ==')
  })

  it('goes on when the definition of a kind was taken away, with all that was of it', async () => {
    await using project = clusterProject({})
    const group = `rtd-${randomBytes(4).toString('hex')}.example.dev`
    const definition = `widgets.${group}`
    await project.apply(definitionOf(group))
    try {
      await project.kubectl('wait', '--for=condition=Established', `crd/${definition}`)
      project.write(
        `${manifests}/widget.yaml`,
        `apiVersion: ${group}/v1\nkind: Widget\nmetadata: { name: tiny }\n`,
      )
      const kustomization = project.read(`${manifests}/kustomization.yaml`)
      project.edit(`${manifests}/kustomization.yaml`, text => `${text.trimEnd()}\n  - widget.yaml\n`)
      const up = await project.run(['up', '--no-verify'])
      expect(`${up.exitCode} ${up.stderr}`).toMatch(/^0 /)
      await project.kubectl('delete', `crd/${definition}`)
      const status = await project.run(['status', '--json'])
      expect(`${status.exitCode} ${status.stdout}`).toMatch(/^0 /)
      project.write(`${manifests}/kustomization.yaml`, kustomization)
      const without = await project.run(['up', '--no-verify'])
      expect(`${without.exitCode} ${without.stderr}`).toMatch(/^0 /)
      const down = await project.run(['down', '--yes'])
      expect(`${down.exitCode} ${down.stderr}`).toMatch(/^0 /)
    } finally {
      await project.kubectl('delete', `crd/${definition}`, '--ignore-not-found')
    }
  })
})

const definitionOf = (group: string) => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.${group} }
spec:
  group: ${group}
  scope: Namespaced
  names: { plural: widgets, singular: widget, kind: Widget }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object } }
`
