// npm run demo: init, up, verify, down in a temporary folder, with the commands that a person would type.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, root } from './installed.mjs'

const bin = join(root, 'bin', 'rtdeploy.js')
let running
let interrupted = false

/** One command as it would be typed; its exit code. A Ctrl-C on the terminal reaches it too, so it is only waited for. */
function rtdeploy(args, cwd) {
  process.stdout.write(`\n$ npx rtdeploy ${args.join(' ')}\n`)
  return new Promise(resolve => {
    running = spawn(process.execPath, [bin, ...args], { cwd, stdio: 'inherit' })
    running.on('close', (code, signal) => resolve(signal === null ? code : 1))
  })
}

async function demo() {
  ensureInstalled(root)
  // The chat's dependencies come into npm's cache with this, so that the demo's own install is quick.
  ensureInstalled(join(root, 'chat-template'))
  await ensureBuilt()
  const began = performance.now()
  const folder = mkdtempSync(join(tmpdir(), 'rtdeploy-demo-'))
  const chat = join(folder, 'chat')
  let exitCode = 1
  try {
    const steps = [
      [['init', 'chat', '--yes', '--port', '0'], folder],
      [['up', '--target', 'local'], chat],
      [['verify'], chat],
    ]
    for (const [args, cwd] of steps) {
      exitCode = interrupted ? 130 : await rtdeploy(args, cwd)
      if (exitCode !== 0) break
    }
  } finally {
    if (existsSync(join(chat, '.rtdeploy'))) {
      const down = await rtdeploy(['down'], chat)
      if (exitCode === 0) exitCode = down
    }
    rmSync(folder, { recursive: true, force: true })
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  process.stdout.write(
    exitCode === 0
      ? `\ndemo done in ${seconds} s; nothing is left\n`
      : `\ndemo ended with ${exitCode}; nothing is left\n`,
  )
  process.exitCode = exitCode
}

process.on('SIGINT', () => {
  interrupted = true
})
process.on('SIGTERM', () => {
  interrupted = true
  running?.kill('SIGTERM')
})
await demo()
