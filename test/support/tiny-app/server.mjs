// The smallest app that rtdeploy can run: Socket.IO with the Redis adapter when there is a Redis, and a readiness path.
import { createServer } from 'node:http'
import { createAdapter } from '@socket.io/redis-adapter'
import { createClient } from 'redis'
import { Server } from 'socket.io'

const { PORT, POD_NAME, REDIS_URL, CRASH, NEVER_READY } = process.env
if (CRASH) {
  process.stderr.write('this app always crashes\n')
  process.exit(7)
}
const http = createServer((request, response) => {
  response.statusCode = request.url === '/readyz' && NEVER_READY ? 503 : 200
  response.setHeader('x-replica', POD_NAME)
  response.end(`${POD_NAME}\n`)
})
const io = new Server(http)
if (REDIS_URL) {
  const pub = createClient({ url: REDIS_URL })
  const sub = pub.duplicate()
  for (const client of [pub, sub]) client.on('error', () => undefined)
  await Promise.all([pub.connect(), sub.connect()])
  io.adapter(createAdapter(pub, sub))
}
io.on('connection', socket => {
  socket.emit('hostname', POD_NAME)
  socket.on('join', (room, done) => {
    if (typeof room === 'string') socket.join(room)
    if (typeof done === 'function') done('ok')
  })
  socket.on('say', (room, text) => {
    if (typeof room === 'string' && typeof text === 'string') io.to(room).emit('said', text)
  })
})
http.listen(Number(PORT), '127.0.0.1', () =>
  process.stdout.write(`${new Date().toISOString()} ${POD_NAME} listens\n`),
)
process.on('SIGTERM', () => process.exit(0))
