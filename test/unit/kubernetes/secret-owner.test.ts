import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/command.ts'
import type { KubernetesObject } from '../../../src/kubernetes/object.ts'
import { isOurSecret, keysOfOurs } from '../../../src/kubernetes/secret-owner.ts'
import { formatSecret, planSecrets } from '../../../src/kubernetes/secrets.ts'

type Managed = Readonly<Record<string, readonly string[]>>

/** As the API server shows it: who set which key. */
function secretOf(managed: Managed, labels: Readonly<Record<string, string>> = {}): KubernetesObject {
  const keys = new Set(Object.values(managed).flat())
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'chat-secrets',
      labels,
      managedFields: Object.entries(managed).map(([by, owned]) => {
        const [manager, operation = 'Update'] = by.split(' ')
        const fields = Object.fromEntries(owned.map(key => [`f:${key}`, {}]))
        return { manager, operation, fieldsV1: { 'f:data': { '.': {}, ...fields }, 'f:type': {} } }
      }),
    },
    data: Object.fromEntries([...keys].map(key => [key, Buffer.from('x').toString('base64')])),
  }
}
const token = () => 'chance'
const given = new Map([['A', { value: new Secret('new'), from: 'test' }]])

describe('the owner of a Secret', () => {
  it.each<[string, Managed, string[]]>([
    ['what we applied', { 'rtdeploy Apply': ['A', 'OLD'] }, ['OLD']],
    ['not what others set', { 'rtdeploy Apply': ['A'], 'kubectl-create': ['THEIRS'] }, []],
    ['not what others set too', { 'rtdeploy Apply': ['A', 'OLD'], 'kubectl-edit': ['OLD'] }, []],
    ['nothing of a Secret that was there before', { 'kubectl-create': ['A', 'THEIRS'] }, []],
    [
      'nothing that our name wrote by another way',
      { 'kubectl-create': ['A'], 'rtdeploy Update': ['OLD'] },
      [],
    ],
  ])('takes keys away when they are ours alone: %s', (_name, managed, dropped) => {
    const live = secretOf(managed)
    const plan = planSecrets(['A'], new Map(), live, token)
    expect([plan.dropped, plan.changes]).toEqual([dropped, dropped.length > 0])
    expect(keysOfOurs(live).filter(key => key !== 'A')).toEqual(dropped)
  })

  it('is marked on a Secret that we make, and stays marked', () => {
    const made = JSON.parse(formatSecret('chat', planSecrets(['A'], given, undefined, token)).reveal())
    expect(isOurSecret(made)).toBe(true)
    const live = secretOf({ 'rtdeploy Apply': ['A'] }, made.metadata.labels)
    const again = JSON.parse(formatSecret('chat', planSecrets(['A'], given, live, token)).reveal())
    expect(again.metadata.labels).toEqual(made.metadata.labels)
  })

  it('stays who made it, when a value of ours goes into a Secret that was there before', () => {
    const live = secretOf({ 'kubectl-create': ['A', 'THEIRS'] })
    const written = JSON.parse(formatSecret('chat', planSecrets(['A'], given, live, token)).reveal())
    expect(isOurSecret(written)).toBe(false)
    expect(Object.keys(written.data)).toEqual(['A'])
  })
})
