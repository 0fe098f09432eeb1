import * as z from 'zod/mini'
import { configSchema } from './schema.ts'

/** JSON Schema of rtdeploy.yaml for editors: keys, types, defaults and descriptions. Pure. */
export function jsonSchema(): object {
  return z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' })
}
