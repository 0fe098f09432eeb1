// The built chat app, with a way to ask for its heap and its processor time.
process.on('disconnect', () => process.exit())
process.on('message', asked => {
  if (asked === 'heap') global.gc?.()
  const { user, system } = process.cpuUsage()
  process.send?.({ heap: process.memoryUsage().heapUsed, cpuMs: (user + system) / 1_000 })
})
const write = process.stdout.write.bind(process.stdout)
process.stdout.write = (line, ...rest) => {
  const port = String(line).match(/"msg":"listening".*?"port":(\d+)/)?.[1]
  if (port !== undefined) process.send?.({ port: Number(port) })
  return write(line, ...rest)
}
await import('../../chat-template/dist/server/main.js')
