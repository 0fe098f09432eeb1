import type { Handler } from '../context.ts'
import { change } from './message-edit.ts'

/** The text is gone from the store; the place in the room's order stays. */
export const messageDelete: Handler<'message:delete'> = (context, socket, { room, clientMsgId, seq }) =>
  change(context, socket, { room, clientMsgId, seq, text: null })
