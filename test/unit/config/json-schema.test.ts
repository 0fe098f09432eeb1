import { expect, it } from 'vitest'
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
