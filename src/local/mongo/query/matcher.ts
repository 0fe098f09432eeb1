import { type Doc, isDocument } from '../bson/kinds.ts'
import { partsOf, someValue } from '../bson/paths.ts'
import { MongoError, notHere } from '../mongo-error.ts'
import { type Compiler, type Condition, compileCondition } from './conditions.ts'
import { isTruthy, type ValueTest } from './operators.ts'

/** Whether a document matches. */
export type DocumentTest = (document: Doc) => boolean

/** Evaluates an aggregation expression, for `$expr`. */
export type Evaluate = (document: Doc, expression: unknown) => unknown

/**
 * What a filter means. Throws BadValue for operators that MongoDB does not know, NotImplemented for those that it
 * does and this server does not.
 */
export function compileFilter(filter: Doc, evaluate: Evaluate): DocumentTest {
  const tests = Object.entries(filter).map(([name, value]) => compileEntry(name, value, evaluate))
  if (tests.length === 1) return tests[0]!
  return document => tests.every(test => test(document))
}

/** A test of one value by a condition, for `$pull` and array filters. */
export function compileValueTest(condition: unknown, evaluate: Evaluate): ValueTest {
  const test = compileCondition(condition, compiler(evaluate))
  return value => test(one => one(value))
}

function compiler(evaluate: Evaluate): Compiler {
  return { filter: filter => compileFilter(filter, evaluate) }
}

function compileEntry(name: string, value: unknown, evaluate: Evaluate): DocumentTest {
  if (!name.startsWith('$')) return compileField(name, value, evaluate)
  switch (name) {
    case '$and': {
      const tests = branches(name, value, evaluate)
      return document => tests.every(test => test(document))
    }
    case '$or': {
      const tests = branches(name, value, evaluate)
      return document => tests.some(test => test(document))
    }
    case '$nor': {
      const tests = branches(name, value, evaluate)
      return document => !tests.some(test => test(document))
    }
    case '$expr':
      return document => isTruthy(evaluate(document, value))
    case '$comment':
      return () => true
    case '$where':
    case '$text':
    case '$jsonSchema':
      throw notHere(name)
    default:
      throw new MongoError(
        2,
        `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
      )
  }
}

function branches(name: string, value: unknown, evaluate: Evaluate): DocumentTest[] {
  if (!Array.isArray(value)) throw new MongoError(2, `${name} must be an array`)
  if (value.length === 0) throw new MongoError(2, '$and/$or/$nor must be a nonempty array')
  return value.map(branch => {
    if (!isDocument(branch)) throw new MongoError(2, '$or/$and/$nor entries need to be full objects')
    return compileFilter(branch, evaluate)
  })
}

function compileField(path: string, condition: unknown, evaluate: Evaluate): DocumentTest {
  const parts = partsOf(path)
  const test: Condition = compileCondition(condition, compiler(evaluate))
  return document => test(one => someValue(document, parts, one))
}
