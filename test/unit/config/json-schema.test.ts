import { expect, it } from 'vitest'
import { environmentKeys } from '../../../src/config/environments.ts'
import { jsonSchema } from '../../../src/config/json-schema.ts'

interface Node {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Node>>
  readonly additionalProperties?: unknown
  readonly required?: readonly string[]
}

const schema = jsonSchema() as Node

function keysOf(node: Node, prefix = ''): [string, Node][] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]): [string, Node][] => [
    [`${prefix}${key}`, child],
    ...keysOf(child, `${prefix}${key}.`),
  ])
}

it('explains every key to editors', () => {
  const silent = keysOf(schema).filter(([, node]) => !node.description)
  expect(silent.map(([key]) => key)).toEqual([])
  expect(keysOf(schema).length).toBeGreaterThan(30)
})

it('asks for what has no default only', () => {
  expect(schema.required).toEqual(['version', 'name', 'app'])
  expect(schema.properties?.app?.required).toEqual(['start'])
})

it('lets editors mark unknown keys', () => {
  const open = [['', schema] as const, ...keysOf(schema)].filter(
    ([, node]) => node.properties !== undefined && node.additionalProperties !== false,
  )
  expect(open.map(([key]) => key)).toEqual([])
})

it('tells the defaults', () => {
  const defaults = Object.fromEntries(keysOf(schema).map(([key, node]) => [key, node.default]))
  expect(defaults).toMatchObject({
    target: 'local',
    'app.replicas': 3,
    'local.port': 3000,
    'loadBalancer.timeout': 3600,
  })
})

it('offers environments the keys that may differ, each as it is elsewhere', () => {
  const environments = schema.properties?.environments?.additionalProperties as Node
  expect(Object.keys(environments.properties ?? {})).toEqual([...environmentKeys])
  expect(environments.properties?.gke?.additionalProperties).toBe(false)
  expect(environments.required).toBeUndefined()
  const refs = [...JSON.stringify(environments).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
    ([, path]) => path ?? '',
  )
  expect(refs).toContain('properties/app/properties/replicas')
  const lost = refs.filter(path => {
    const found = path
      .split('/')
      .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], schema)
    return found === undefined
  })
  expect(lost).toEqual([])
})
