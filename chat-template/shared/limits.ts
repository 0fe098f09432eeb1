/** Bounds that both sides know. The server enforces them; the page uses them to say so before sending. */
export const limits = {
  /** Characters of a display name. */
  name: 40,
  /** Characters of a room's title. */
  title: 60,
  /** Characters of one message. */
  text: 4_000,
  /** Entries in one page of history or one replay. */
  page: 50,
  /** Rooms one connection may be in. */
  rooms: 50,
  /** Names sent with the list of people in a room; the count is always exact. */
  people: 50,
} as const

/** Rooms that begin so are reached by their link only. */
export const privatePrefix = 'p-'

/** Rooms that begin so are for probes: never listed, made by joining, and what is said there expires. */
export const probePrefix = 'verify-'
