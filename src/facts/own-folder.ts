import { join } from 'node:path'
import type { Host } from '../run/host.ts'

/** A file on its way to its name; see `writeFile` of the real host. */
const halfWritten = /^\..+\.(\d+)\.\d+\.tmp$/

/**
 * A project's `.rtdeploy` folder, out of Git: it has logs and tokens in it, and an app that was there before us does not
 * ignore it. For whoever writes into it first, which may be a look ahead.
 */
export async function openOwnFolder(host: Host, root: string): Promise<void> {
  await host.makeFolder(root, 0o700)
  const ignore = join(root, '.gitignore')
  if ((await host.readFile(ignore)) === undefined) await host.writeFile(ignore, '*\n')
}

/** The same without the files that a killed run was just writing. */
export async function prepareOwnFolder(host: Host, root: string): Promise<void> {
  await openOwnFolder(host, root)
  const names = ((await host.list(root)) ?? []).map(entry => entry.name)
  const left = names.filter(name => halfWritten.test(name))
  if (left.length === 0) return
  const alive = new Set((await host.processes()).map(({ pid }) => String(pid)))
  for (const name of left) {
    const writer = halfWritten.exec(name)?.[1] ?? ''
    if (!alive.has(writer)) await host.remove(join(root, name))
  }
}
