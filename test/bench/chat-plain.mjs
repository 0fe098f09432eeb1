// What a chat is without any of it: Socket.IO and the Redis adapter as their documentation has them.
import { createServer } from 'node:http'
import { createAdapter } from '@socket.io/redis-adapter'
import { createClient } from 'redis'
import { Server } from 'socket.io'

const pub = createClient({ url: process.env.REDIS_URL })
const sub = pub.duplicate()
await Promise.all([pub.connect(), sub.connect()])
const server = createServer()
const io = new Server(server, { adapter: createAdapter(pub, sub) })
io.on('connection', socket => {
  socket.on('room:join', ({ room }, reply) => {
    socket.join(room)
    reply?.({ ok: true })
  })
  socket.on('message:send', (message, reply) => {
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
