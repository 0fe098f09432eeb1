import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { comeBack } from '../client/coming-back.ts'
import { Sessions } from '../server/session.ts'
import { type ChatConnection, connect, until } from './person.ts'
import { type Replica, startReplica } from './replica.ts'

describe('whom the server would not let in', () => {
  let replica: Replica
  let socket: ChatConnection
  beforeEach(async () => {
    replica = await startReplica()
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    socket.disconnect()
    await replica.stop()
  })

  it('comes back by itself after a login that threw', async () => {
    const login = vi.spyOn(Sessions.prototype, 'authenticate').mockImplementationOnce(() => {
      throw new Error('no answer from the login')
    })
    const askName = vi.fn(async () => undefined)
    socket = connect(replica.url, 'Ada')
    comeBack(socket, askName)
    await until('it is in', () => socket.connected)
    expect(login).toHaveBeenCalledTimes(2)
    expect(askName).not.toHaveBeenCalled()
  })

  it('says a name first when one is needed', async () => {
    socket = connect(replica.url, '', { auth: {} })
    const askName = vi.fn(async () => {
      socket.auth = { name: 'Ada' }
    })
    comeBack(socket, askName)
    await until('it is in', () => socket.connected)
    expect(askName).toHaveBeenCalledOnce()
  })
})
