/** Every check by its stable id, in the order in which a person would ask. */
export const checkTitles = {
  'handshake.polling': 'Handshake by long polling',
  'handshake.upgrade': 'Upgrade from polling to WebSocket',
  'handshake.websocket-only': 'Handshake by WebSocket alone',
  'in-session.with-cookie': 'Requests of a session, with its cookies',
  'in-session.without-cookie': 'Requests of a session, without cookies',
  'refresh.host': 'A page that is loaded again',
  'spread.replicas': 'Fresh clients and replicas',
  'fan-out.delivery': 'Messages between replicas',
  'idle.silent-socket': 'A silent socket',
} as const

export type CheckId = keyof typeof checkTitles

/** Id and title, as every check has them. */
export function titled<Id extends CheckId>(id: Id): { readonly id: Id; readonly title: string } {
  return { id, title: checkTitles[id] }
}
