import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Host } from '../../run/host.ts'

const everyMs = 300

/** A digest of all files below the folders: a rebuild that writes the same bytes again is no change. */
async function digestOf(host: Host, folders: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const folder of folders) {
    if ((await host.kindOf(folder)) !== 'folder') continue
    for (const file of await host.readTree(folder, () => false))
      hash.update(file.path).update('\0').update(file.contents)
  }
  return hash.digest('hex')
}

/** Calls `onChange` after the contents of the folders changed and have been still for a moment. Polls: the folders are small build outputs. */
export async function watchFolders(
  host: Host,
  project: string,
  folders: readonly string[],
  onChange: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const paths = folders.map(folder => join(project, folder))
  let known = await digestOf(host, paths)
  let last = known
  while (!signal.aborted) {
    await host.sleep(everyMs, signal).catch(() => undefined)
    if (signal.aborted) return
    // A build that is just replacing files can make one vanish under us; the next look sees it whole.
    const now = await digestOf(host, paths).catch(() => last)
    if (now === last && now !== known) {
      known = now
      await onChange()
    }
    last = now
  }
}
