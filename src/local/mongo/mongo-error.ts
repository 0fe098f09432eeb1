/**
 * Error codes and their names as MongoDB has them.
 * https://github.com/mongodb/mongo/blob/r7.0.0/src/mongo/base/error_codes.yml
 */
const codeNames: ReadonlyMap<number, string> = new Map([
  [1, 'InternalError'],
  [2, 'BadValue'],
  [9, 'FailedToParse'],
  [13, 'Unauthorized'],
  [14, 'TypeMismatch'],
  [15, 'Overflow'],
  [16, 'InvalidLength'],
  [18, 'AuthenticationFailed'],
  [20, 'IllegalOperation'],
  [22, 'InvalidBSON'],
  [26, 'NamespaceNotFound'],
  [27, 'IndexNotFound'],
  [28, 'PathNotViable'],
  [40, 'ConflictingUpdateOperators'],
  [43, 'CursorNotFound'],
  [48, 'NamespaceExists'],
  [50, 'MaxTimeMSExpired'],
  [52, 'DollarPrefixedFieldName'],
  [53, 'InvalidIdField'],
  [56, 'EmptyFieldName'],
  [59, 'CommandNotFound'],
  [66, 'ImmutableField'],
  [67, 'CannotCreateIndex'],
  [72, 'InvalidOptions'],
  [73, 'InvalidNamespace'],
  [85, 'IndexOptionsConflict'],
  [86, 'IndexKeySpecsConflict'],
  [100, 'UnsatisfiableWriteConcern'],
  [115, 'CommandNotSupported'],
  [123, 'NotAReplicaSet'],
  [146, 'ExceededMemoryLimit'],
  [168, 'InvalidPipelineOperator'],
  [197, 'InvalidIndexSpecificationOption'],
  [238, 'NotImplemented'],
  [352, 'UnsupportedOpQueryCommand'],
  [10334, 'BSONObjectTooLarge'],
  [11000, 'DuplicateKey'],
])

/** The name of a code; codes without one are called after the place that raises them, as MongoDB does. */
export function codeName(code: number): string {
  return codeNames.get(code) ?? `Location${code}`
}

/** What a command or one of its writes answers when it says no. */
export class MongoError extends Error {
  override readonly name = 'MongoError'
  readonly code: number
  /** Further fields of the answer, for instance `keyPattern`. */
  readonly extra: Readonly<Record<string, unknown>>
  constructor(code: number, message: string, extra: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.code = code
    this.extra = extra
  }
}

/** Something that a real server does and this one does not: said aloud, never passed over. */
export function notHere(what: string): MongoError {
  return new MongoError(238, `${what} is not supported by rtdeploy's embedded MongoDB`)
}
