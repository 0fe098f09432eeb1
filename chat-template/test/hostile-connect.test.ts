import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Sessions } from '../server/session.ts'
import { connect, enter, person, talkAsBefore, until } from './person.ts'
import { raw } from './raw.ts'
import { type Replica, startReplica, storeWithLobby } from './replica.ts'

/** As many characters as a signature has, one of them of two bytes. */
const odd = `a.\u00e9${'A'.repeat(42)}`

describe('who connects with hostile words', () => {
  let replica: Replica
  beforeEach(async () => {
    replica = await startReplica()
  })
  afterEach(() => replica.stop())

  it('is nobody with a cookie whose signature has other bytes than characters', async () => {
    expect(new Sessions('secret').open(odd, 0)).toBeUndefined()
    const cookie = Buffer.from(`chat_session=${odd}`).toString('latin1')
    const answer = await fetch(`${replica.url}/session`, { headers: { cookie } })
    expect(answer.status).toBeLessThan(500)
    const socket = connect(replica.url, '', { extraHeaders: { cookie }, auth: {}, reconnection: false })
    const error = await new Promise<Error>(resolve => socket.once('connect_error', resolve))
    expect(error.message).toBe('name-needed')
    socket.disconnect()
    await talkAsBefore(replica.url)
  })

  it('is told so when a login of your own throws, and the process goes on', async () => {
    const authenticate = Sessions.prototype.authenticate
    Sessions.prototype.authenticate = () => {
      throw new Error('no answer from the login')
    }
    const socket = connect(replica.url, 'Ada', { reconnection: false })
    const error = await new Promise<Error>(resolve => socket.once('connect_error', resolve))
    Sessions.prototype.authenticate = authenticate
    socket.disconnect()
    expect(error.message).toBe('unavailable')
    await talkAsBefore(replica.url)
  })

  it('is one person a connection, however many CONNECT packets come at once', async () => {
    const at = `${replica.url}/socket.io/?EIO=4&transport=polling`
    const { sid } = JSON.parse((await (await fetch(at)).text()).slice(1))
    const body = Array(500).fill('40{"name":"Eve"}').join('\u001e')
    await fetch(`${at}&sid=${sid}`, { method: 'POST', body })
    await until('it is cut', () => replica.app.io.engine.clientsCount === 0)
    await until('nobody is left', () => replica.app.io.of('/').sockets.size === 0)
    expect(replica.metrics.text()).toContain('chat_handshakes_refused_total{reason="again"}')
    await talkAsBefore(replica.url)
  })

  it('gets no new rate by leaving and coming in again on the same connection', async () => {
    const wild = (await raw(replica.url))!
    wild.text('40{"name":"Eve"}')
    await until('it is in', () => wild.received().includes('hostname'))
    for (let at = 0; at < 40; at++) wild.text('42["echo",{}]')
    wild.text('41')
    await sleep(50)
    wild.text('40{"name":"Eve"}')
    await until('it is cut', () => wild.closed())
    await talkAsBefore(replica.url)
  })

  it('pays for events that there are not as for others', async () => {
    const wild = (await raw(replica.url))!
    wild.text('40{"name":"Eve"}')
    await until('it is in', () => wild.received().includes('hostname'))
    const [socket] = replica.app.io.of('/').sockets.values()
    for (let at = 0; at < 41; at++) wild.text(`42${at}["no-such-thing",{}]`)
    await until('the last is answered', () => wild.received().includes('4340['))
    expect(wild.received()).toContain('"error":"rate"')
    expect(socket!.data.open).toBe(0)
    wild.close()
  })
})

describe('who goes while they come in', () => {
  it('is not said to be there, and nothing waits for them', async () => {
    const store = await storeWithLobby()
    const room = store.room.bind(store)
    store.room = async id => {
      await sleep(100)
      return room(id)
    }
    const replica = await startReplica({ store })
    const ada = person(replica.url, 'Ada', { transports: ['websocket'], reconnection: false })
    await until('she is connected', () => ada.socket.connected)
    ada.socket.emit('room:join', { room: 'lobby' }, () => undefined)
    await sleep(30)
    ada.close()
    await sleep(200)
    expect(replica.metrics.text()).toMatch(/^chat_rooms_open 0$/m)
    store.room = room
    const grace = person(replica.url, 'Grace')
    await enter(grace, 'lobby')
    expect(grace.chat.rooms.get('lobby')?.people.map(({ name }) => name)).toEqual(['Grace'])
    grace.close()
    await replica.stop()
  })

  it('leaves once when the history fails after they have gone: another page of theirs stays', async () => {
    const store = await storeWithLobby()
    const replica = await startReplica({ store })
    const [first, second] = ['one', 'two'].map(() => person(replica.url, 'Ada', { reconnection: false }))
    await enter(first!, 'lobby')
    await until('the second is connected', () => second!.socket.connected)
    const before = store.before.bind(store)
    store.before = async () => {
      await sleep(100)
      throw new Error('away')
    }
    second!.socket.emit('room:join', { room: 'lobby' }, () => undefined)
    await sleep(30)
    second!.close()
    await sleep(200)
    store.before = before
    const grace = person(replica.url, 'Grace')
    await enter(grace, 'lobby')
    const names = grace.chat.rooms.get('lobby')?.people.map(({ name }) => name)
    expect(names?.sort()).toEqual(['Ada', 'Grace'])
    for (const { close } of [first!, grace]) close()
    await replica.stop()
  })
})
