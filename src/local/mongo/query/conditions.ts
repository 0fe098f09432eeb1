import type { BSONRegExp } from 'bson'
import { type Doc, isDocument, kindOf } from '../bson/kinds.ts'
import { MongoError, notHere } from '../mongo-error.ts'
import {
  equals,
  hasBits,
  hasRemainder,
  hasSize,
  hasType,
  isOneOf,
  isTruthy,
  matchesRegex,
  ordered,
  type ValueTest,
} from './operators.ts'
import { regexOf } from './regex.ts'

/** Asks whether some value that the condition's path reaches passes a test. */
export type SomeValue = (test: ValueTest) => boolean

/** What stands behind a field's name in a filter. */
export type Condition = (some: SomeValue) => boolean

/** What conditions need from filters, which are made of conditions. */
export interface Compiler {
  filter(filter: Doc): (document: Doc) => boolean
}

/** Whether a condition is made of operators; `{$ref, $id}` is a value. */
export function isOperators(value: unknown): value is Doc {
  if (!isDocument(value)) return false
  const first = Object.keys(value)[0]
  return first?.startsWith('$') === true && !['$ref', '$id', '$db'].includes(first)
}

export function compileCondition(condition: unknown, compiler: Compiler): Condition {
  if (kindOf(condition) === 'regex') {
    const test = matchesRegex(regexOf(condition), condition as BSONRegExp)
    return some => some(test)
  }
  if (!isOperators(condition)) {
    const test = equals(condition)
    return some => some(test)
  }
  const tests = Object.entries(condition)
    .filter(([name]) => name !== '$options' || !('$regex' in condition))
    .map(([name, operand]) => compileOperator(name, operand, condition, compiler))
  return tests.length === 1 ? tests[0]! : some => tests.every(test => test(some))
}

function compileOperator(name: string, operand: unknown, condition: Doc, compiler: Compiler): Condition {
  const simple = valueTest(name, operand, condition)
  if (simple !== undefined) return some => some(simple)
  switch (name) {
    case '$ne': {
      const test = equals(refuseRegex(name, operand))
      return some => !some(test)
    }
    case '$nin': {
      const test = isOneOf(operand)
      return some => !some(test)
    }
    case '$exists': {
      const wanted = isTruthy(operand)
      return some => some(value => value !== undefined) === wanted
    }
    case '$not': {
      const inner = negatable(operand, compiler)
      return some => !inner(some)
    }
    case '$all':
      return hasAll(operand, compiler)
    case '$elemMatch': {
      const test = elementTest(operand, compiler)
      return some => some(value => Array.isArray(value) && value.some(test))
    }
    case '$options':
      throw new MongoError(2, '$options needs a $regex')
    case '$near':
    case '$nearSphere':
    case '$geoWithin':
    case '$geoIntersects':
      throw notHere(name)
    default:
      throw new MongoError(2, `unknown operator: ${name}`)
  }
}

function valueTest(name: string, operand: unknown, condition: Doc): ValueTest | undefined {
  switch (name) {
    case '$eq':
      return equals(operand)
    case '$gt':
      return ordered(refuseRegex(name, operand), order => order > 0)
    case '$gte':
      return ordered(refuseRegex(name, operand), order => order >= 0)
    case '$lt':
      return ordered(refuseRegex(name, operand), order => order < 0)
    case '$lte':
      return ordered(refuseRegex(name, operand), order => order <= 0)
    case '$in':
      return isOneOf(operand)
    case '$type':
      return hasType(operand)
    case '$size':
      return hasSize(operand)
    case '$mod':
      return hasRemainder(operand)
    case '$regex':
      return matchesRegex(regexOf(operand, condition.$options))
    case '$bitsAllSet':
      return hasBits(operand, (bits, mask) => (bits & mask) === mask)
    case '$bitsAnySet':
      return hasBits(operand, (bits, mask) => (bits & mask) !== 0n)
    case '$bitsAllClear':
      return hasBits(operand, (bits, mask) => (bits & mask) === 0n)
    case '$bitsAnyClear':
      return hasBits(operand, (bits, mask) => (bits & mask) !== mask)
    default:
      return undefined
  }
}

function refuseRegex(name: string, operand: unknown): unknown {
  if (kindOf(operand) !== 'regex') return operand
  throw new MongoError(
    2,
    name === '$ne' ? "Can't have regex as arg to $ne." : `Can't have RegEx as arg to ${name}.`,
  )
}

function negatable(operand: unknown, compiler: Compiler): Condition {
  if (kindOf(operand) === 'regex') return compileCondition(operand, compiler)
  if (!isDocument(operand)) throw new MongoError(2, '$not needs a regex or a document')
  if (Object.keys(operand).length === 0) throw new MongoError(2, '$not cannot be empty')
  if (!isOperators(operand)) {
    throw new MongoError(2, `unknown operator: ${Object.keys(operand)[0]}`)
  }
  return compileCondition(operand, compiler)
}

function hasAll(operand: unknown, compiler: Compiler): Condition {
  if (!Array.isArray(operand)) throw new MongoError(2, '$all needs an array')
  const all = operand.map(item => compileCondition(item, compiler))
  return some => all.length > 0 && all.every(condition => condition(some))
}

const documentOperators = new Set(['$and', '$or', '$nor', '$expr', '$where'])

function elementTest(operand: unknown, compiler: Compiler): ValueTest {
  if (!isDocument(operand)) throw new MongoError(2, '$elemMatch needs an Object')
  const first = Object.keys(operand)[0]
  if (first?.startsWith('$') === true && !documentOperators.has(first)) {
    const condition = compileCondition(operand, compiler)
    return element => condition(test => test(element))
  }
  const filter = compiler.filter(operand)
  return element => (isDocument(element) ? filter(element) : Array.isArray(element) && filter({ ...element }))
}
