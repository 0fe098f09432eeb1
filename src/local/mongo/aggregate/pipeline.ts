import { Aggregator } from 'mingo/aggregator'
import { copied } from '../bson/copy.ts'
import { type Doc, entryOf, isDocument } from '../bson/kinds.ts'
import { MongoError, notHere } from '../mongo-error.ts'
import { withMongoErrors } from './expressions.ts'
import { joinStages } from './joins.ts'
import { plainStages, type Stage } from './stages.ts'

/** Documents of another collection of the same database; none when there is no such collection. */
export type ReadCollection = (name: string) => readonly Doc[]

/** What mingo does for us, on copies: its stages may change the documents that they get. */
const mingoStages: ReadonlySet<string> = new Set([
  '$bucket',
  '$bucketAuto',
  '$documents',
  '$fill',
  '$graphLookup',
  '$redact',
  '$setWindowFields',
])

/** Stages of MongoDB that need what this server does not have. */
const refusedStages: ReadonlySet<string> = new Set([
  '$changeStreamSplitLargeEvent',
  '$collStats',
  '$currentOp',
  '$densify',
  '$geoNear',
  '$indexStats',
  '$listLocalSessions',
  '$listSessions',
  '$merge',
  '$out',
  '$planCacheStats',
  '$search',
  '$searchMeta',
  '$vectorSearch',
])

function mingoStage(stage: Doc): Stage {
  return (documents, expressions) =>
    withMongoErrors(() =>
      new Aggregator([expressions.prepare(stage) as Doc], expressions.options).run<Doc>(
        documents.map(copied),
      ),
    )
}

function compileStage(stage: unknown, read: ReadCollection, first: boolean): Stage {
  if (!isDocument(stage) || Object.keys(stage).length !== 1) {
    throw new MongoError(40323, 'A pipeline stage specification object must contain exactly one field.')
  }
  const [name, operand] = Object.entries(stage)[0]!
  const plain = entryOf(plainStages, name)
  if (plain !== undefined) return plain(operand)
  const join = entryOf(
    joinStages(pipeline => compilePipeline(pipeline, read), read),
    name,
  )
  if (join !== undefined) return join(operand)
  if (name === '$documents' && !first) {
    throw new MongoError(40602, '$documents is only valid as the first stage in a pipeline.')
  }
  if (mingoStages.has(name)) return mingoStage(stage)
  if (name === '$changeStream') {
    throw new MongoError(40573, 'The $changeStream stage is only supported on replica sets')
  }
  if (refusedStages.has(name)) throw notHere(`the stage ${name}`)
  throw new MongoError(40324, `Unrecognized pipeline stage name: '${name}'`)
}

/** A pipeline as one stage. Throws on stages that are unknown or not supported before anything runs. */
export function compilePipeline(pipeline: readonly unknown[], read: ReadCollection): Stage {
  const stages = pipeline.map((stage, at) => compileStage(stage, read, at === 0))
  return (documents, expressions) =>
    stages.reduce<readonly Doc[]>((found, stage) => stage(found, expressions), documents) as Doc[]
}

/** Copies, for stages that read another collection by themselves. */
export function copies(read: ReadCollection): (name: string) => Doc[] {
  return name => read(name).map(copied)
}
