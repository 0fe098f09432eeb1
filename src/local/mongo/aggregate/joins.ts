import { keyOf } from '../bson/keys.ts'
import { type Doc, isDocument, setField } from '../bson/kinds.ts'
import { partsOf, reachedValues } from '../bson/paths.ts'
import { MongoError } from '../mongo-error.ts'
import type { Expressions } from './expressions.ts'
import { type MakeStage, needDocument, type Stage } from './stages.ts'

type Compile = (pipeline: readonly unknown[]) => Stage
type Read = (name: string) => readonly Doc[]

/** Keys under which a field's values meet those of another: of an array each element, null for nothing. */
function keysAt(document: Doc, parts: readonly string[]): string[] {
  const values = reachedValues(document, parts).flatMap(value =>
    Array.isArray(value) ? [...value, value] : [value ?? null],
  )
  return [...new Set((values.length === 0 ? [null] : values).map(keyOf))]
}

function needText(name: string, value: unknown): string {
  if (typeof value === 'string') return value
  throw new MongoError(9, `$lookup argument '${name}' must be a string`)
}

function optionalPipeline(value: unknown): readonly unknown[] {
  if (value === undefined) return []
  if (Array.isArray(value)) return value
  throw new MongoError(14, "'pipeline' option must be specified as an array")
}

/** Documents of another collection by the keys of their field, in their order. */
function joinIndex(documents: readonly Doc[], field: string): Map<string, Set<number>> {
  const index = new Map<string, Set<number>>()
  const parts = partsOf(field)
  for (const [at, document] of documents.entries()) {
    for (const key of keysAt(document, parts)) {
      const places = index.get(key) ?? new Set<number>()
      places.add(at)
      index.set(key, places)
    }
  }
  return index
}

function lookup(operand: unknown, compile: Compile, read: Read): Stage {
  const spec = needDocument('$lookup', operand, 9)
  const as = needText('as', spec.as)
  const pipeline = optionalPipeline(spec.pipeline)
  const run = compile(pipeline)
  const byField = spec.localField !== undefined || spec.foreignField !== undefined
  if (!byField && spec.pipeline === undefined) {
    throw new MongoError(
      9,
      "$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified",
    )
  }
  const local = byField ? partsOf(needText('localField', spec.localField)) : []
  const foreign = byField ? needText('foreignField', spec.foreignField) : ''
  const from = spec.from === undefined ? undefined : needText('from', spec.from)
  const lets = isDocument(spec.let) ? spec.let : {}
  return (documents, expressions) => {
    const others = from === undefined ? [{}] : read(from)
    const index = byField ? joinIndex(others, foreign) : undefined
    return documents.map(document => {
      const candidates = index === undefined ? others : joined(document, local, others, index)
      const found =
        pipeline.length === 0 ? [...candidates] : run(candidates, withLets(document, lets, expressions))
      const result = { ...document }
      setField(result, as, found)
      return result
    })
  }
}

function joined(
  document: Doc,
  local: readonly string[],
  others: readonly Doc[],
  index: ReadonlyMap<string, ReadonlySet<number>>,
): Doc[] {
  const places = new Set(keysAt(document, local).flatMap(key => [...(index.get(key) ?? [])]))
  return [...places].sort((a, b) => a - b).map(at => others[at]!)
}

function withLets(document: Doc, lets: Doc, expressions: Expressions): Expressions {
  const variables = Object.entries(lets).map(([name, expression]) => [
    name,
    expressions.evaluate(document, expression),
  ])
  return expressions.withVariables(Object.fromEntries(variables))
}

function facet(operand: unknown, compile: Compile): Stage {
  const spec = needDocument('$facet', operand, 40169)
  const branches = Object.entries(spec).map(([name, pipeline]): [string, Stage] => [
    name,
    compile(optionalPipeline(pipeline)),
  ])
  return (documents, expressions) => [
    Object.fromEntries(branches.map(([name, run]) => [name, run(documents, expressions)])),
  ]
}

function unionWith(operand: unknown, compile: Compile, read: Read): Stage {
  const spec: Doc = typeof operand === 'string' ? { coll: operand } : needDocument('$unionWith', operand, 9)
  const run = compile(optionalPipeline(spec.pipeline))
  const name = spec.coll
  return (documents, expressions) => {
    const others = typeof name === 'string' ? read(name) : []
    return [...documents, ...run(others, expressions)]
  }
}

/** Stages that run pipelines of their own or read other collections. */
export function joinStages(compile: Compile, read: Read): Readonly<Record<string, MakeStage>> {
  return {
    $lookup: operand => lookup(operand, compile, read),
    $facet: operand => facet(operand, compile),
    $unionWith: operand => unionWith(operand, compile, read),
  }
}
