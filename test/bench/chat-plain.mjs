// What a chat is without any of it: Socket.IO and the Redis adapter as their documentation has them. With MONGODB_URL each
// message is stored before it is sent on, as in https://socket.io/docs/v4/tutorial/step-7 and 8.
import { createServer } from 'node:http'
import { createAdapter } from '@socket.io/redis-adapter'
import { MongoClient } from 'mongodb'
import { createClient } from 'redis'
import { Server } from 'socket.io'

const pub = createClient({ url: process.env.REDIS_URL })
const sub = pub.duplicate()
await Promise.all([pub.connect(), sub.connect()])
const messages = await (async url => {
  if (url === undefined) return undefined
  const stored = (await MongoClient.connect(url)).db().collection('plain')
  await stored.createIndex({ clientMsgId: 1 }, { unique: true })
  return stored
})(process.env.MONGODB_URL)
const server = createServer()
const io = new Server(server, { adapter: createAdapter(pub, sub, { key: process.env.ADAPTER_KEY }) })
io.on('connection', socket => {
  socket.on('room:join', ({ room }, reply) => {
    socket.join(room)
    reply?.({ ok: true })
  })
  socket.on('message:send', async (message, reply) => {
    if (messages !== undefined) await messages.insertOne({ ...message })
    io.to(message.room).emit('message:new', message)
    reply?.({ ok: true })
  })
  socket.emit('hello', {})
})
process.on('disconnect', () => process.exit())
process.on('message', asked => {
  if (asked === 'heap') global.gc?.()
  const { user, system } = process.cpuUsage()
  process.send?.({ heap: process.memoryUsage().heapUsed, cpuMs: (user + system) / 1_000 })
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }))
