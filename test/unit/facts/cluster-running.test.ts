import { describe, expect, it } from 'vitest'
import { readInventory, readLive } from '../../../src/facts/cluster-running.ts'
import type { Inventory } from '../../../src/kubernetes/inventory.ts'
import type { KubernetesObject } from '../../../src/kubernetes/object.ts'
import { fakeHost, type Reply } from '../../support/fake-host.ts'

const cluster = { kubeconfig: '/k', context: 'prod', namespace: 'team', cache: '/c' }
const kubectl = 'kubectl --kubeconfig /k --context prod --namespace team'
const service: KubernetesObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'chat' } }
const inventory: Inventory = {
  objects: [
    { apiVersion: 'v1', kind: 'Service', name: 'chat' },
    { apiVersion: 'example.dev/v1', kind: 'Widget', name: 'chat' },
  ],
}
const both = `${kubectl} get service/chat widget.example.dev/chat --request-timeout=20s --ignore-not-found --output json`
const one = `${kubectl} get service/chat --request-timeout=20s --ignore-not-found --output json`
const resources = `${kubectl} api-resources --verbs list --no-headers --request-timeout=20s`
const services = 'services   svc   v1   true   Service\n'
const widgets = 'widgets   example.dev/v1   true   Widget\n'
// kubectl 1.32 with a cluster of 1.33, whose definition of the kind was deleted
const missing: Reply = { exitCode: 1, stderr: 'error: the server doesn\'t have a resource type "widget"\n' }

describe('what of an inventory is there', () => {
  it('is what the rest of it says, when the cluster no longer serves a kind', async () => {
    const { host, done } = fakeHost({
      commands: [
        [both, missing],
        [resources, { stdout: services }],
        [one, { stdout: JSON.stringify(service) }],
      ],
    })
    expect((await readLive(host, cluster, inventory)).objects).toEqual([service])
    done()
  })

  it('is nothing, when no kind of it is served', async () => {
    const widget = { objects: inventory.objects.slice(1) }
    const { host, done } = fakeHost({
      commands: [
        [both.replace('service/chat ', ''), missing],
        [resources, { stdout: services }],
      ],
    })
    expect((await readLive(host, cluster, widget)).objects).toEqual([])
    done()
  })

  it.each<[string, readonly (readonly [string, Reply])[], RegExp]>([
    [
      'every kind is served after all',
      [
        [both, missing],
        [resources, { stdout: services + widgets }],
      ],
      /exited with 1/,
    ],
    [
      'the kinds cannot be listed',
      [
        [both, missing],
        [resources, { exitCode: 1, stderr: 'error: unable to retrieve the complete list of server APIs' }],
      ],
      /exited with 1/,
    ],
    ['the cluster is away', [[both, { exitCode: 1, stderr: 'connection refused' }]], /does not answer/],
  ])('stays unknown, when %s', async (_name, commands, message) => {
    await expect(readLive(fakeHost({ commands }).host, cluster, inventory)).rejects.toThrow(message)
  })
})

describe('what a release takes out', () => {
  it.each<[string, string, number]>([
    ['leaves out what went with its kind', services, 1],
    ['has what is left of a kind that is served', services + widgets, 2],
  ])('%s', async (_name, stdout, left) => {
    const { host, done } = fakeHost({ commands: [[resources, { stdout }]] })
    const found = await readInventory(host, cluster, inventory, [service])
    expect(found).toEqual({ objects: inventory.objects.slice(0, left) })
    done()
  })

  it('asks nothing when everything is still wanted', async () => {
    const widget = { apiVersion: 'example.dev/v1', kind: 'Widget', metadata: { name: 'chat' } }
    expect(await readInventory(fakeHost().host, cluster, inventory, [service, widget])).toBe(inventory)
  })
})
