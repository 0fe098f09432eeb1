// One replica with a page that reloads: the compiler, the server under `node --watch`, and Vite in front.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const port = Number(process.env.PORT ?? 3000)
const bin = name => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url))
// One secret for all restarts: who has said a name keeps it.
const COOKIE_SECRET = process.env.COOKIE_SECRET ?? randomBytes(24).toString('base64url')
const env = { ...process.env, COOKIE_SECRET, DRAIN_WAIT_MS: '0', DRAIN_MS: '0', METRICS_PORT: '0' }

const run = (command, args, more = {}) =>
  spawn(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...env, ...more },
    shell: process.platform === 'win32',
  })

const first = run(bin('tsc'), ['-p', 'tsconfig.server.json'])
first.on('exit', code => {
  if (code !== 0) process.exit(code ?? 1)
  const server = { PORT: String(port + 1), HOST: '127.0.0.1' }
  const children = [
    run(bin('tsc'), ['-p', 'tsconfig.server.json', '--watch', '--preserveWatchOutput']),
    run(process.execPath, ['--watch', '--watch-preserve-output', 'dist/server/main.js'], server),
    run(bin('vite'), [], { PORT: String(port), SERVER_URL: `http://127.0.0.1:${port + 1}` }),
  ]
  const stop = () => {
    for (const child of children) child.kill('SIGTERM')
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop)
  for (const child of children) child.on('exit', stop)
})
