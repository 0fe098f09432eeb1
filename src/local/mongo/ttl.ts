import { afterPrefix, keyOf, keyOfRank } from './bson/keys.ts'
import type { Store } from './storage/store.ts'

/** Deletes what the TTL indexes say has expired: every document with a date at least so many seconds old. */
export function deleteExpired(store: Store, now: number): void {
  for (const database of store.databases()) {
    for (const [, collection] of store.collections(database)) {
      for (const index of collection.indexes) {
        const seconds = index.spec.expireAfterSeconds
        if (seconds === undefined) continue
        const latest = new Date(now - seconds * 1000)
        const expired = [...index.range(keyOfRank(latest), keyOf(latest) + afterPrefix, false)]
        for (const record of expired) collection.remove(record)
      }
    }
  }
}
