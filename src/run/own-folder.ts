import { join } from 'node:path'
import type { Host } from './host.ts'

/** A file on its way to its name; see `writeFile` of the real host. */
const halfWritten = /^\..+\.(\d+)\.\d+\.tmp$/

/**
 * Makes a project's `.rtdeploy` folder ready: out of Git, since it has logs and tokens in it and an app that was there before
 * us does not ignore it, and without the files that a killed run was just writing.
 */
export async function prepareOwnFolder(host: Host, root: string): Promise<void> {
  await host.makeFolder(root, 0o700)
  const names = ((await host.list(root)) ?? []).map(entry => entry.name)
  if (!names.includes('.gitignore')) await host.writeFile(join(root, '.gitignore'), '*\n')
  const left = names.filter(name => halfWritten.test(name))
  if (left.length === 0) return
  const alive = new Set((await host.processes()).map(({ pid }) => String(pid)))
  for (const name of left) {
    const writer = halfWritten.exec(name)?.[1] ?? ''
    if (!alive.has(writer)) await host.remove(join(root, name))
  }
}
