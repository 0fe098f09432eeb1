import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import { MemoryStore } from './memory.ts'
import { MongoStore } from './mongo.ts'
import { knowsNoLogin } from './mongo-connection.ts'
import { lobby, type Store } from './store.ts'

/** The configured store. It makes its indexes and the first room as soon as it can be reached, and does not wait. */
export function openStore(
  {
    mongoUrl,
    database,
    mongoLogin,
  }: Pick<Config, 'mongoUrl' | 'database'> & Partial<Pick<Config, 'mongoLogin'>>,
  log: Log,
): Store {
  if (mongoUrl === undefined) {
    const store = new MemoryStore()
    void store.createRoom(lobby)
    return store
  }
  const store = new MongoStore({ url: mongoUrl, database })
  void prepare(store, log, mongoLogin === 'offered')
  return store
}

async function prepare(store: MongoStore, log: Log, onlyOffered: boolean): Promise<void> {
  for (let pauseMs = 250; ; pauseMs = Math.min(pauseMs * 2, 2_000)) {
    try {
      await store.connection.prepare()
      await store.createRoom(lobby)
      return log.info('the store is prepared')
    } catch (error) {
      if (onlyOffered && knowsNoLogin(error)) {
        log.warn('this MongoDB knows no users: whoever reaches it can read and write')
        await store.connection.leaveOutLogin()
        continue
      }
      log.warn('the store cannot be prepared yet', { error })
      await store.connection.reopen()
      await sleep(pauseMs, undefined, { ref: false })
    }
  }
}
