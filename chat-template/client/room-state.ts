import type { Person, RoomSummary } from '../shared/events.ts'
import { RoomLog } from './room-log.ts'

/** What the page knows of one room. */
export interface RoomState {
  id: string
  summary: RoomSummary | undefined
  log: RoomLog
  people: Person[]
  count: number
  typing: Person[]
  /** Older entries are on the server. */
  older: boolean
  /** `missing`: there is no such room. */
  state: 'joining' | 'joined' | 'missing' | 'refused'
  unread: number
}

export function newRoom(id: string): RoomState {
  return {
    id,
    summary: undefined,
    log: new RoomLog(),
    people: [],
    count: 0,
    typing: [],
    older: false,
    state: 'joining',
    unread: 0,
  }
}
