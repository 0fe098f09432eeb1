import { compareValues } from '../bson/compare.ts'
import { describeDocument } from '../bson/describe.ts'
import { type Doc, isDocument, isNumeric } from '../bson/kinds.ts'
import { toNumber } from '../bson/numbers.ts'
import { MongoError, notHere } from '../mongo-error.ts'
import { isTruthy } from '../query/operators.ts'

/** An index as asked for, checked. */
export interface IndexSpec {
  readonly name: string
  /** As given: what listIndexes and errors show. */
  readonly key: Doc
  readonly fields: readonly { readonly path: string; readonly direction: 1 | -1 }[]
  readonly unique: boolean
  readonly sparse: boolean
  readonly partialFilterExpression: Doc | undefined
  readonly expireAfterSeconds: number | undefined
  /** Further options that listIndexes shows and nothing here depends on. */
  readonly shown: Doc
}

/** Options that change nothing that a client could see in an answer. */
const shownOptions = ['v', 'background', 'hidden', 'dropDups', 'ns', 'commitQuorum', 'storageEngine']

const knownOptions = new Set([
  ...['key', 'name', 'unique', 'sparse', 'partialFilterExpression', 'expireAfterSeconds', 'collation'],
  ...shownOptions,
])

/** https://www.mongodb.com/docs/v7.0/reference/command/createIndexes/: seconds must fit an int32. */
const mostSeconds = 2_147_483_647

function cannot(message: string): MongoError {
  return new MongoError(67, message)
}

function direction(path: string, value: unknown): 1 | -1 {
  if (value === 'hashed') return 1
  if (typeof value === 'string') throw notHere(`an index of type '${value}'`)
  const number = isNumeric(value) ? toNumber(value) : 0
  if (number === 0) {
    throw cannot(
      `Values in v:2 index key pattern cannot be of type ${typeof value} or zero. Only numbers > 0, numbers < 0, and strings are allowed: ${path}`,
    )
  }
  return number > 0 ? 1 : -1
}

function checkPath(path: string): void {
  if (path === '') throw cannot('Index keys cannot be an empty field.')
  if (path.includes('$**')) throw notHere('a wildcard index')
  if (path.startsWith('$') || path.includes('.$')) {
    throw cannot("Index key contains an illegal field name: field name starts with '$'.")
  }
  if (path.split('.').includes('')) throw cannot('Index keys cannot contain an empty field.')
}

function seconds(value: unknown, fields: number, path: string, key: Doc): number | undefined {
  if (value === undefined) return undefined
  const number = isNumeric(value) ? toNumber(value) : Number.NaN
  if (!(number >= 0 && number <= mostSeconds)) {
    throw cannot(`TTL index 'expireAfterSeconds' option must be within an acceptable range: ${String(value)}`)
  }
  if (fields > 1) {
    throw cannot(
      `TTL indexes are single-field indexes, compound indexes do not support TTL. Index spec: ${describeDocument(key)}`,
    )
  }
  if (path === '_id')
    throw cannot("The field 'expireAfterSeconds' is not valid for an _id index specification.")
  return number
}

/** What an entry of createIndexes means. Throws CannotCreateIndex and its like. */
export function parseIndexSpec(given: unknown): IndexSpec {
  if (!isDocument(given)) throw new MongoError(14, "BSON field 'createIndexes.indexes' must hold objects")
  const unknown = Object.keys(given).find(name => !knownOptions.has(name))
  if (unknown !== undefined) {
    throw new MongoError(
      197,
      `Error in specification ${describeDocument(given)} :: caused by :: The field '${unknown}' is not valid for an index specification.`,
    )
  }
  const { key, name } = given
  if (!isDocument(key))
    throw new MongoError(9, "The 'key' field is a required property of an index specification")
  const entries = Object.entries(key)
  if (entries.length === 0) throw cannot('Index keys cannot be an empty object.')
  if (typeof name !== 'string' || name === '') {
    throw new MongoError(9, "The 'name' field is a required property of an index specification")
  }
  if (name === '*') throw cannot("The index name '*' is not valid.")
  for (const [path] of entries) checkPath(path)
  const { partialFilterExpression: partial, collation } = given
  if (collation !== undefined && !isSimpleCollation(collation)) throw notHere('collation')
  if (partial !== undefined && !isDocument(partial)) throw cannot('partialFilterExpression must be an object')
  const sparse = isTruthy(given.sparse)
  if (partial !== undefined && sparse)
    throw cannot('cannot mix "partialFilterExpression" and "sparse" options')
  return {
    name,
    key,
    fields: entries.map(([path, value]) => ({ path, direction: direction(path, value) })),
    unique: isTruthy(given.unique),
    sparse,
    partialFilterExpression: partial,
    expireAfterSeconds: seconds(given.expireAfterSeconds, entries.length, entries[0]![0], key),
    shown: isTruthy(given.hidden) ? { hidden: true } : {},
  }
}

/** The only collation here: compare bytes. */
export function isSimpleCollation(collation: unknown): boolean {
  return isDocument(collation) && collation.locale === 'simple'
}

/** As listIndexes shows it. */
export function describeIndex(spec: IndexSpec): Doc {
  return {
    v: 2,
    key: spec.key,
    name: spec.name,
    ...(spec.unique && spec.name !== '_id_' ? { unique: true } : {}),
    ...(spec.sparse ? { sparse: true } : {}),
    ...(spec.partialFilterExpression === undefined
      ? {}
      : { partialFilterExpression: spec.partialFilterExpression }),
    ...(spec.expireAfterSeconds === undefined ? {} : { expireAfterSeconds: spec.expireAfterSeconds }),
    ...spec.shown,
  }
}

const signature = (spec: IndexSpec) => [
  spec.key,
  spec.partialFilterExpression ?? null,
  spec.unique,
  spec.sparse,
]

const both = (wanted: IndexSpec, present: IndexSpec) =>
  `Requested index: ${describeDocument(describeIndex(wanted))}, existing index: ${describeDocument(describeIndex(present))}`

/**
 * Whether an index is there already. Throws when its name is taken by one that differs in more than details, or when
 * there is one like it of another name. One key may have several indexes that differ in `unique` or `sparse`.
 * https://github.com/mongodb/mongo/blob/r7.0.0/src/mongo/db/catalog/index_catalog_impl.cpp
 */
export function isPresent(wanted: IndexSpec, present: readonly IndexSpec[]): boolean {
  if (compareValues(wanted.key, { _id: 1 }) === 0) return true
  const isLike = (spec: IndexSpec) => compareValues(signature(spec), signature(wanted)) === 0
  const sameName = present.find(spec => spec.name === wanted.name)
  if (sameName !== undefined) {
    if (!isLike(sameName)) {
      throw new MongoError(
        86,
        `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. ${both(wanted, sameName)}`,
      )
    }
    if (compareValues(describeIndex(sameName), describeIndex(wanted)) === 0) return true
    throw new MongoError(
      85,
      `An equivalent index already exists with the same name but different options. ${both(wanted, sameName)}`,
    )
  }
  const otherName = present.find(isLike)
  if (otherName === undefined) return false
  throw new MongoError(85, `Index already exists with a different name: ${otherName.name}`)
}
