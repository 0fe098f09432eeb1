import { BSONRegExp } from 'bson'
import { Context, evalExpr, ProcessingMode } from 'mingo/core'
import * as mingoAccumulators from 'mingo/operators/accumulator'
import * as mingoExpressions from 'mingo/operators/expression'
import * as mingoPipeline from 'mingo/operators/pipeline'
import * as mingoProjection from 'mingo/operators/projection'
import * as mingoQuery from 'mingo/operators/query'
import * as mingoWindow from 'mingo/operators/window'
import type { Options } from 'mingo/types'
import { type Doc, entryOf, isDocument, setField } from '../bson/kinds.ts'
import { MongoError, notHere } from '../mongo-error.ts'
import { toRegExp } from '../query/regex.ts'
import { moreOperators, unaryOperators } from './more-operators.ts'
import { accumulators, expressionOperators, type Operator } from './operators.ts'

type Tables = NonNullable<Parameters<typeof Context.init>[0]>

/** As mingo calls an accumulator inside an expression: values that are computed already, or documents and an operand. */
function asMingo(accumulate: (values: readonly unknown[]) => unknown): Operator {
  return (items, operand, options) => {
    const list = items as readonly unknown[]
    return accumulate(
      operand === null || operand === undefined ? list : list.map(item => evalExpr(item, operand, options)),
    )
  }
}

const ownAccumulators = Object.fromEntries(
  Object.entries(accumulators)
    .filter(([name]) => ['$sum', '$avg', '$min', '$max'].includes(name))
    .map(([name, accumulate]) => [name, asMingo(accumulate)]),
)

/** The operators of expressions: mingo's, and ours where BSON's types matter. */
const tables = {
  accumulator: { ...mingoAccumulators, ...ownAccumulators },
  expression: { ...mingoExpressions, ...expressionOperators, ...moreOperators },
  pipeline: mingoPipeline,
  projection: mingoProjection,
  query: mingoQuery,
  window: mingoWindow,
} as unknown as Tables

const optionsOperator = '$rtdeployOptions'

/**
 * Mingo's options, ready to use: made from a plain object they would copy all tables for each document, so an
 * operator catches the ones that it is called with.
 */
function mingoOptions(variables: Doc, collectionResolver: ((name: string) => Doc[]) | undefined): Options {
  const caught: Options[] = []
  const context = Context.init(tables).addExpressionOps({
    [optionsOperator]: (_document: unknown, _operand: unknown, options: Options) => {
      caught.push(options)
      return null
    },
  } as unknown as NonNullable<Tables['expression']>)
  evalExpr(
    null,
    { [optionsOperator]: null },
    {
      idKey: '_id',
      processingMode: ProcessingMode.CLONE_OFF,
      useStrictMode: true,
      // Mingo's own stages need it; what came from a client is looked through for code before.
      scriptEnabled: true,
      failOnError: true,
      variables,
      context,
      ...(collectionResolver === undefined ? {} : { collectionResolver }),
    },
  )
  const options = caught[0]!
  // Asked for once, `now` is the same for the whole command.
  void (options as Options & { readonly now: Date }).now
  return options
}

/** What would run code of the client. */
const codeOperators = new Set(['$function', '$accumulator', '$where'])

// Mingo takes JavaScript's regular expressions only, and no operand in an array of one.
function forMingo(expression: unknown): unknown {
  if (expression instanceof BSONRegExp) return toRegExp(expression.pattern, expression.options)
  if (Array.isArray(expression)) return expression.map(forMingo)
  if (!isDocument(expression)) return expression
  const document: Doc = {}
  for (const [name, value] of Object.entries(expression)) {
    if (codeOperators.has(name)) throw notHere(`code in ${name}`)
    const single = unaryOperators.has(name) && Array.isArray(value) && value.length === 1
    setField(document, name, forMingo(single ? value[0] : value))
  }
  return document
}

/** What mingo throws, in MongoDB's codes. */
function translated(cause: unknown): unknown {
  if (cause instanceof MongoError || !(cause instanceof Error) || cause instanceof RangeError) return cause
  // Mingo looks into specifications without looking at them first.
  if (cause instanceof TypeError)
    return new MongoError(9, `a stage or an expression is malformed: ${cause.message}`)
  const unknown = /accumulator '(.*)' is not registered/.exec(cause.message)?.[1]
  if (unknown !== undefined) return new MongoError(168, `Unrecognized expression '${unknown}'`)
  const variable = /undefined variable: (.*)/.exec(cause.message)?.[1]
  if (variable !== undefined) return new MongoError(17276, `Use of undefined variable: ${variable}`)
  return new MongoError(2, cause.message)
}

/** Runs what calls mingo and gives its errors MongoDB's codes. */
export function withMongoErrors<T>(run: () => T): T {
  try {
    return run()
  } catch (cause) {
    throw translated(cause)
  }
}

/** Evaluates the aggregation language's expressions for one command. */
export class Expressions {
  readonly variables: Doc
  readonly #resolver: ((name: string) => Doc[]) | undefined
  readonly #prepared = new Map<unknown, unknown>()
  #options: Options | undefined

  /** `variables`: without their `$$`. `resolver`: the documents of another collection. */
  constructor(variables: Doc = {}, resolver?: (name: string) => Doc[]) {
    this.variables = variables
    this.#resolver = resolver
  }

  get options(): Options {
    this.#options ??= mingoOptions(this.variables, this.#resolver)
    return this.#options
  }

  /** Undefined for a missing field. */
  readonly evaluate = (document: Doc, expression: unknown): unknown =>
    withMongoErrors(() => evalExpr(document, this.prepare(expression), this.options))

  /** The expression as mingo takes it; each is prepared once. */
  prepare(expression: unknown): unknown {
    if (typeof expression !== 'object' || expression === null) return expression
    const known = this.#prepared.get(expression)
    if (known !== undefined) return known
    const prepared = forMingo(expression)
    this.#prepared.set(expression, prepared)
    return prepared
  }

  /** The value of an accumulator over the documents of a group. */
  accumulate(name: string, documents: readonly Doc[], expression: unknown): unknown {
    const own = entryOf(accumulators, name)
    if (own !== undefined) {
      return own(
        name === '$count' ? documents : documents.map(document => this.evaluate(document, expression)),
      )
    }
    if (codeOperators.has(name)) throw notHere(`code in ${name}`)
    const mingo = entryOf(mingoAccumulators as unknown as Record<string, Operator>, name)
    if (mingo === undefined) throw new MongoError(15952, `unknown group operator '${name}'`)
    return withMongoErrors(() => mingo(documents, this.prepare(expression), this.options))
  }

  /** The same with further variables, as `$lookup`'s `let` gives them. */
  withVariables(variables: Doc): Expressions {
    return new Expressions({ ...this.variables, ...variables }, this.#resolver)
  }
}
