import type { RequestName } from '../shared/events.ts'
import type { Handler } from './context.ts'
import { historyAfter } from './handlers/history-after.ts'
import { historyBefore } from './handlers/history-before.ts'
import { messageDelete } from './handlers/message-delete.ts'
import { messageEdit } from './handlers/message-edit.ts'
import { messageSend } from './handlers/message-send.ts'
import { roomCreate } from './handlers/room-create.ts'
import { roomJoin } from './handlers/room-join.ts'
import { roomLeave } from './handlers/room-leave.ts'
import { roomList } from './handlers/room-list.ts'
import { typing } from './handlers/typing.ts'

/** Every event and who answers it. An event of shared/events.ts that is missing here does not compile. */
export const handlers: { [E in RequestName]: Handler<E> } = {
  'room:list': roomList,
  'room:create': roomCreate,
  'room:join': roomJoin,
  'room:leave': roomLeave,
  'message:send': messageSend,
  'message:edit': messageEdit,
  'message:delete': messageDelete,
  'history:before': historyBefore,
  'history:after': historyAfter,
  typing,
  echo: () => ({}),
}
