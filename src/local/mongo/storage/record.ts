import type { Doc } from '../bson/kinds.ts'

/** A stored document. `doc` and `bytes` say the same and are replaced together, never changed in place. */
export interface Stored {
  /** Place in the order of insertion. */
  readonly order: number
  doc: Doc
  bytes: Uint8Array
}
