import { type Doc, isDocument } from '../bson/kinds.ts'
import { directValue } from '../bson/paths.ts'
import { MongoError } from '../mongo-error.ts'
import { compileFilter, type Evaluate } from './matcher.ts'

/** The conditions of a filter that concern an array or what is in it. */
function conditionsOn(filter: Doc, path: string): Doc[] {
  return Object.entries(filter).flatMap(([name, condition]) => {
    if (name === '$and' && Array.isArray(condition)) {
      return condition.filter(isDocument).flatMap(part => conditionsOn(part, path))
    }
    return name === path || name.startsWith(`${path}.`) ? [{ [name]: condition }] : []
  })
}

/** Which element of an array a filter found: what `$` stands for. Throws BadValue when it asked for none. */
export function positionFound(
  document: Doc,
  filter: Doc,
  path: readonly string[],
  evaluate: Evaluate,
): number {
  const conditions = conditionsOn(filter, path.join('.'))
  const list = directValue(document, path)
  const tests = conditions.map(condition => compileFilter(condition, evaluate))
  const position = Array.isArray(list)
    ? list.findIndex(element => {
        const alone = nested(path, [element])
        return tests.every(test => test(alone))
      })
    : -1
  if (tests.length === 0 || position === -1) {
    throw new MongoError(2, 'The positional operator did not find the match needed from the query.')
  }
  return position
}

function nested(path: readonly string[], value: unknown): Doc {
  return path.reduceRight<unknown>((inner, part) => ({ [part]: inner }), value) as Doc
}
