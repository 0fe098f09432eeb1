import * as z from 'zod/mini'
import { environmentKeys } from './environments.ts'
import { configSchema } from './schema.ts'

interface Node {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Node>>
}

/** The same keys as those at `path`, none of them needed, each of them null to take it away. */
function overlayOf(node: Node, path: string): object {
  if (node.properties === undefined) return { anyOf: [{ $ref: path }, { type: 'null' }] }
  const properties = Object.entries(node.properties).map(([key, child]) => [
    key,
    overlayOf(child, `${path}/properties/${key}`),
  ])
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false }
}

/** JSON Schema of rtdeploy.yaml for editors: keys, types, defaults and descriptions. Pure. */
export function jsonSchema(): object {
  const schema = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' }) as Node
  const { environments = {}, ...properties } = schema.properties ?? {}
  const keys = environmentKeys.map(key => [key, overlayOf(properties[key] ?? {}, `#/properties/${key}`)])
  const overlay = {
    type: ['object', 'null'],
    properties: Object.fromEntries(keys),
    additionalProperties: false,
  }
  return {
    ...schema,
    properties: { ...properties, environments: { ...environments, additionalProperties: overlay } },
  }
}
