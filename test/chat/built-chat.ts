import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export const chatFolder = fileURLToPath(new URL('../../chat-template', import.meta.url))

/** The chat app's server and page, built when they are older than their sources. Several test files may ask at once. */
export async function builtChat(): Promise<string> {
  const main = join(chatFolder, 'dist', 'server', 'main.js')
  const page = join(chatFolder, 'dist', 'client', 'index.html')
  const lock = join(chatFolder, 'node_modules', '.building')
  const fresh = () => existsSync(main) && existsSync(page) && statSync(page).mtimeMs > newest()
  for (const deadline = Date.now() + 120_000; !fresh(); await sleep(100)) {
    if (Date.now() > deadline) rmSync(lock, { recursive: true, force: true })
    try {
      mkdirSync(lock)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue
      throw error
    }
    try {
      execFileSync('npm', ['run', 'build', '--silent'], {
        cwd: chatFolder,
        stdio: ['ignore', 'ignore', 'inherit'],
      })
    } finally {
      rmSync(lock, { recursive: true, force: true })
    }
  }
  return main
}

function newest(): number {
  const folders = ['server', 'shared', 'client']
  const files = folders.flatMap(folder =>
    readdirSync(join(chatFolder, folder), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name)),
  )
  return Math.max(...[...files, join(chatFolder, 'vite.config.ts')].map(file => statSync(file).mtimeMs))
}
