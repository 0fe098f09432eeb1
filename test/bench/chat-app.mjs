// The built chat app, with a way to ask for its heap.
process.on('message', () => {
  global.gc?.()
  process.send?.({ heap: process.memoryUsage().heapUsed })
})
const write = process.stdout.write.bind(process.stdout)
process.stdout.write = (line, ...rest) => {
  const port = String(line).match(/"msg":"listening".*?"port":(\d+)/)?.[1]
  if (port !== undefined) process.send?.({ port: Number(port) })
  return write(line, ...rest)
}
await import('../../chat-template/dist/server/main.js')
