import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonical, digestOfObjects, stripObject } from '../../../src/kubernetes/canonical.ts'
import { describeChange, diffFields, diffObjects, tallyChanges } from '../../../src/kubernetes/diff.ts'
import { maskObject, maskText, redact } from '../../../src/kubernetes/masking.ts'
import { annotations, labels } from '../../../src/kubernetes/names.ts'
import type { KubernetesObject } from '../../../src/kubernetes/object.ts'

const config = (data: Record<string, unknown>, metadata = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'chat', ...metadata },
  data,
})

describe('diffFields', () => {
  it('names what was added, changed and removed', () => {
    expect(diffFields(config({ a: '1', b: '2' }), config({ b: '3', c: '4' }))).toEqual([
      { path: 'data.a', before: '1' },
      { path: 'data.b', before: '2', after: '3' },
      { path: 'data.c', after: '4' },
    ])
  })

  it('compares lists of named things by name, others by position', () => {
    const pod = (containers: unknown, args: unknown) => ({ ...config({}), spec: { containers, args } })
    const before = pod(
      [
        { name: 'a', image: '1' },
        { name: 'b', image: '1' },
      ],
      ['x', 'y'],
    )
    const after = pod(
      [
        { name: 'b', image: '2' },
        { name: 'a', image: '1' },
      ],
      ['x'],
    )
    expect(diffFields(before, after)).toEqual([
      { path: 'spec.containers[b].image', before: '1', after: '2' },
      { path: 'spec.args[1]', before: 'y' },
    ])
  })

  it('sees nothing in what only the server knows, nor in the number of the release', () => {
    const live = {
      ...config(
        { a: '1' },
        {
          uid: 'u',
          resourceVersion: '7',
          generation: 3,
          creationTimestamp: 'now',
          managedFields: [{}],
          labels: { [labels.revision]: '7' },
          annotations: { 'deployment.kubernetes.io/revision': '3' },
        },
      ),
      status: { replicas: 3 },
    }
    expect(diffFields(live, config({ a: '1' }))).toEqual([])
  })

  it('shows that a secret changed and never what it is', () => {
    const secret = (value: string): KubernetesObject => ({ ...config({ PASSWORD: value }), kind: 'Secret' })
    const changes = diffObjects([secret('b2xk')], [secret('bmV3')])
    expect(changes[0]?.fields).toEqual([{ path: 'data.PASSWORD', before: '[secret]', after: '[secret]' }])
    expect(JSON.stringify(changes)).not.toMatch(/b2xk|bmV3/)
  })

  it('finds no difference between an object and itself, whatever it holds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), data => {
        expect(diffFields(config(data), JSON.parse(JSON.stringify(config(data))))).toEqual([])
      }),
    )
  })

  it('finds one wherever JSON differs, and masking never hides that', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (a, b) => {
          const same = canonical(JSON.parse(JSON.stringify(a))) === canonical(JSON.parse(JSON.stringify(b)))
          // An absent field and a null are one to the API server.
          const nulls = JSON.stringify([a, b]).includes('null')
          if (!nulls) expect(diffFields(config(a), config(b)).length === 0).toBe(same)
        },
      ),
    )
  })
})

describe('a change in words', () => {
  it('is a line for the object and one a field', () => {
    const [change] = diffObjects([config({ a: '1' })], [config({ a: 'x'.repeat(200) })])
    const lines = describeChange(change as NonNullable<typeof change>)
    expect(lines[0]).toBe('~ ConfigMap/chat changes')
    expect(lines[1]).toMatch(/^ {4}~ data\.a: 1 -> x{100}…$/)
  })

  it('is counted', () => {
    expect(tallyChanges(diffObjects([], [config({})]))).toBe('1 created')
    expect(tallyChanges([])).toBe('no object changes')
  })
})

describe('masking', () => {
  it.each([
    ['redis://:geheim@redis:6379', 'redis://:[secret]@redis:6379'],
    ['mongodb://chat:geheim@a,b/chat', 'mongodb://chat:[secret]@a,b/chat'],
    ['redis://:$(REDIS_PASSWORD)@redis:6379', 'redis://:$(REDIS_PASSWORD)@redis:6379'],
    ['https://example.com:8080/a@b', 'https://example.com:8080/a@b'],
  ])('%s is shown as %s', (text, shown) => expect(maskText(text)).toBe(shown))

  it('hides the value beside a name that says it is secret, and settings with such names stay', () => {
    const pod = {
      ...config({}),
      spec: {
        secretName: 'chat-secrets',
        automountServiceAccountToken: false,
        env: [
          { name: 'DB_PASSWORD', value: 'geheim' },
          { name: 'LEVEL', value: 'info' },
        ],
      },
      data: { API_KEY: 'geheim' },
    }
    expect(maskObject(pod)).toMatchObject({
      spec: {
        secretName: 'chat-secrets',
        automountServiceAccountToken: false,
        env: [{ value: '[secret]' }, { value: 'info' }],
      },
      data: { API_KEY: '[secret]' },
    })
  })

  it('takes known secrets out of any text, the longest first', () => {
    expect(redact('a geheim-und-lang b geheim', ['geheim', 'geheim-und-lang', 'b'])).toBe(
      'a [secret] b [secret]',
    )
  })
})

describe('the digest of a release', () => {
  it('does not depend on order, on the server, or on how often secrets changed', () => {
    const marked = (version: string): KubernetesObject => ({
      ...config({}),
      spec: { template: { metadata: { annotations: { [annotations.secrets]: version } } } },
    })
    expect(digestOfObjects([config({ a: '1' }), marked('1')])).toBe(
      digestOfObjects([marked('2'), config({ a: '1' })]),
    )
    expect(digestOfObjects([config({ a: '1' })])).not.toBe(digestOfObjects([config({ a: '2' })]))
    expect(stripObject(config({ a: '1' }))).toEqual(config({ a: '1' }))
  })
})
