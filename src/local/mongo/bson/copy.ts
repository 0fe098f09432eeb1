import { type Doc, isDocument, setField } from './kinds.ts'

/** Documents and arrays copied all the way down; other values never change and are shared. */
export function copied<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copied) as T
  if (!isDocument(value)) return value
  const copy: Doc = {}
  for (const name of Object.keys(value)) setField(copy, name, copied(value[name]))
  return copy as T
}
