// Makes a fresh clone ready: dependencies when they are missing or older than the lock file. Uses nothing but Node and npm.
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Runs npm in a folder with what it prints on stderr, so that stdout stays the answer of the script. */
export function npm(args, cwd) {
  const npmCli = process.env.npm_execpath
  const [program, before] = npmCli?.endsWith('.js') ? [process.execPath, [npmCli]] : ['npm', []]
  execFileSync(program, [...before, ...args], { cwd, stdio: ['ignore', 2, 2] })
}

/** Installs what the lock file says, when needed. */
export function ensureInstalled(folder) {
  const modules = join(folder, 'node_modules')
  // `npm ci` empties what a link leads to, and that belongs to somebody else.
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) return
  const marker = join(modules, '.package-lock.json')
  const lock = join(folder, 'package-lock.json')
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(lock).mtimeMs) return
  process.stderr.write(
    `installing dependencies of ${folder === root ? 'rtdeploy' : 'the chat template'} ...\n`,
  )
  npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], folder)
}

/** Builds dist/. */
export async function ensureBuilt() {
  await import('./build.mjs')
}
