import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cp, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { isLeftBehind } from '../../scripts/pack-template.mjs'
import { packageRoot } from '../support/run-cli.ts'

export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** The chat as `rtdeploy init` would leave it in the folder, without what init adds. */
export async function chatProject(folder: string): Promise<void> {
  const source = join(packageRoot, 'chat-template')
  await cp(source, folder, {
    recursive: true,
    filter: path => path === source || !isLeftBehind(path.slice(source.length + 1)),
  })
  for (const name of ['dockerignore', 'gitignore'])
    await rename(join(folder, `_${name}`), join(folder, `.${name}`))
}

/** A name that two runs at a time do not share. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(5).toString('hex')}`
}

/** Runs docker with the environment's engine; it is ended after four minutes. */
export function docker(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...options.env }
    const child = spawn(program, args, { cwd: options.cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), 240_000)
    child.on('error', reject)
    child.on('close', code => {
      clearTimeout(timer)
      resolve({ code, out: out.trim(), err: err.trim() })
    })
  })
}

/** As docker(), and throws with what was written unless it ends well. Resolves with its stdout. */
export async function mustDocker(...args: Parameters<typeof docker>): Promise<string> {
  const { code, out, err } = await docker(...args)
  if (code !== 0) throw new Error(`docker ${args[1].join(' ')} ended with ${code}: ${out}\n${err}`)
  return out
}
