import { type Doc, isDocument, ownField } from './kinds.ts'

const wholeNumber = /^(?:0|[1-9]\d*)$/

/** Whether a part of a path can be a position in an array. */
export function isPosition(part: string): boolean {
  return wholeNumber.test(part)
}

/**
 * Visits every value that a dotted path reaches, going through arrays as MongoDB's queries do; undefined where the
 * field is missing. Ends as soon as a visit says true, and says whether one did.
 */
export function someValue(
  value: unknown,
  parts: readonly string[],
  visit: (value: unknown) => boolean,
  at = 0,
): boolean {
  if (at === parts.length) return visit(value)
  const part = parts[at]!
  if (Array.isArray(value)) {
    if (
      isPosition(part) &&
      Number(part) < value.length &&
      someValue(value[Number(part)], parts, visit, at + 1)
    ) {
      return true
    }
    return value.some(element => isDocument(element) && someValue(element, parts, visit, at))
  }
  if (!isDocument(value)) return visit(undefined)
  const field = ownField(value, part)
  return field === undefined ? visit(undefined) : someValue(field, parts, visit, at + 1)
}

/** Every value that the path reaches, arrays at its end as well as each of their elements. */
export function reachedValues(document: Doc, parts: readonly string[]): unknown[] {
  const values: unknown[] = []
  someValue(document, parts, value => {
    values.push(value)
    return false
  })
  return values
}

/** The value at the path without going through arrays; undefined where there is none. */
export function directValue(document: Doc, parts: readonly string[]): unknown {
  let value: unknown = document
  for (const part of parts) {
    if (Array.isArray(value)) value = isPosition(part) ? value[Number(part)] : undefined
    else if (isDocument(value)) value = ownField(value, part)
    else return undefined
  }
  return value
}

export function partsOf(path: string): string[] {
  return path.split('.')
}
