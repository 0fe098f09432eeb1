import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Host } from '../../run/host.ts'
import { digestSources } from '../sources.ts'

const everyMs = 300
/** Looking takes at most this part of the time. */
const restRatio = 5

/** What to watch: the folders that were named, or the app's sources when none were. */
function watched(host: Host, project: string, folders: readonly string[]): () => Promise<string> {
  if (folders.length === 0) return () => digestSources(host, project, { outputs: true })
  const paths = folders.map(folder => join(project, folder))
  return () => digestOf(host, paths)
}

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

/**
 * Calls `onChange` after the contents of the folders changed, or those of the app's sources when there are none, and have
 * been still for a moment. Polls: they are small.
 */
export async function watchFolders(
  host: Host,
  project: string,
  folders: readonly string[],
  onChange: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const digest = watched(host, project, folders)
  let known = await digest()
  let last = known
  let restMs = everyMs
  while (!signal.aborted) {
    await host.sleep(restMs, signal).catch(() => undefined)
    if (signal.aborted) return
    // A build that is just replacing files can make one vanish under us; the next look sees it whole.
    const began = host.now()
    const now = await digest().catch(() => last)
    restMs = Math.max(everyMs, restRatio * (host.now() - began))
    if (now === last && now !== known) {
      known = now
      await onChange()
    }
    last = now
  }
}
