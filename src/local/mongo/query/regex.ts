import { BSONRegExp } from 'bson'
import { MongoError } from '../mongo-error.ts'

/** The options that MongoDB knows: i, m, x, s, u. https://www.mongodb.com/docs/v7.0/reference/operator/query/regex/ */
const knownOptions = /^[imxsu]*$/

// PCRE's `x` lets a pattern have blanks and comments, which JavaScript has no flag for.
function withoutBlanks(pattern: string): string {
  return pattern.replace(/\\.|\[(?:\\.|[^\]\\])*\]|\s+|#.*$/gm, part => (/^[\s#]/.test(part) ? '' : part))
}

/** A pattern in PCRE's language as JavaScript's. Throws 51091 where it is none. */
export function toRegExp(pattern: string, options: string): RegExp {
  if (!knownOptions.test(options)) {
    throw new MongoError(51108, `invalid flag in regex options: ${options}`)
  }
  const inline = /^\(\?([imxs]+)\)/.exec(pattern)
  const flags = new Set(options + (inline?.[1] ?? ''))
  const body = inline === null ? pattern : pattern.slice(inline[0].length)
  const source = flags.has('x') ? withoutBlanks(body) : body
  const known = ['i', 'm', 's'].filter(flag => flags.has(flag)).join('')
  // With `u` a surrogate pair is one character, as in PCRE; but `u` refuses escapes such as `\-` that PCRE allows.
  for (const all of [`${known}u`, known]) {
    try {
      return new RegExp(source, all)
    } catch (cause) {
      if (all === known)
        throw new MongoError(51091, `Regular expression is invalid: ${(cause as Error).message}`)
    }
  }
  throw new MongoError(51091, 'Regular expression is invalid')
}

/** From what a query holds: a BSON regular expression, or a text with separate options. */
export function regexOf(value: unknown, options?: unknown): RegExp {
  if (options !== undefined && typeof options !== 'string') {
    throw new MongoError(2, '$options has to be a string')
  }
  if (value instanceof BSONRegExp) return toRegExp(value.pattern, options ?? value.options)
  if (typeof value !== 'string') throw new MongoError(2, '$regex has to be a string')
  return toRegExp(value, options ?? '')
}
