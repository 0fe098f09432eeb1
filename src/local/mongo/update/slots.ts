import { describe } from '../bson/describe.ts'
import { type Doc, isDocument, ownField, setField } from '../bson/kinds.ts'
import { isPosition } from '../bson/paths.ts'
import { MongoError } from '../mongo-error.ts'

/** Nulls that a position beyond an array's end may add. https://github.com/mongodb/mongo/blob/r7.0.0/src/mongo/db/update/path_support.h */
const mostPadding = 1_500_000

/** One place in a document that is being updated; the document is changed in place. */
export class Slot {
  readonly #root: Doc
  readonly #parts: readonly string[]

  constructor(root: Doc, parts: readonly string[]) {
    this.#root = root
    this.#parts = parts
  }

  get path(): string {
    return this.#parts.join('.')
  }

  get document(): Doc {
    return this.#root
  }

  /** Undefined for a field that is not there. */
  get(): unknown {
    let value: unknown = this.#root
    for (const part of this.#parts) {
      if (Array.isArray(value)) value = isPosition(part) ? value[Number(part)] : undefined
      else if (isDocument(value)) value = ownField(value, part)
      else return undefined
    }
    return value
  }

  /** Makes the documents on the way. Throws PathNotViable when something else stands there. */
  set(value: unknown): void {
    let holder: unknown = this.#root
    for (const [at, part] of this.#parts.entries()) {
      const last = at === this.#parts.length - 1
      const present = this.#child(holder, part, at)
      const next = last ? value : (present ?? {})
      if (Array.isArray(holder)) putElement(holder, Number(part), next)
      else if (last || present === undefined) setField(holder as Doc, part, next)
      holder = next
    }
  }

  /** An element of an array becomes null, so that the others keep their places. */
  unset(): void {
    const name = this.#parts.at(-1)!
    const holder = new Slot(this.#root, this.#parts.slice(0, -1)).get()
    if (Array.isArray(holder)) {
      if (isPosition(name) && Number(name) < holder.length) holder[Number(name)] = null
    } else if (isDocument(holder)) {
      delete holder[name]
    }
  }

  #child(holder: unknown, part: string, at: number): unknown {
    if (Array.isArray(holder) && isPosition(part)) return holder[Number(part)]
    if (isDocument(holder)) return ownField(holder, part)
    const name = this.#parts[at - 1] ?? ''
    throw new MongoError(28, `Cannot create field '${part}' in element {${name}: ${describe(holder)}}`)
  }
}

function putElement(list: unknown[], at: number, value: unknown): void {
  if (at - list.length > mostPadding)
    throw new MongoError(2, `can't backfill more than ${mostPadding} elements`)
  while (list.length < at) list.push(null)
  list[at] = value
}
