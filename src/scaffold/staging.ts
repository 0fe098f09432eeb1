import { join } from 'node:path'
import type { Entry, Host, ProcessId } from '../run/host.ts'

const begin = '.rtdeploy-init-'

/** Where a run collects its files before they take their place; the name says whose it is. Pure. */
export function stagingFolder(root: string, owner: ProcessId): string {
  return join(root, `${begin}${owner.pid}-${encodeURIComponent(owner.startedAt)}`)
}

/** Pure. */
export function isStaging(entry: Entry): boolean {
  return entry.kind === 'folder' && ownerOf(entry.name) !== undefined
}

function ownerOf(name: string): ProcessId | undefined {
  const match = /^\.rtdeploy-init-(\d+)-([\w.%~!*'()-]+)$/.exec(name)
  return match === null ? undefined : { pid: Number(match[1]), startedAt: decodeURIComponent(match[2] ?? '') }
}

/**
 * Removes what an `init` that was killed left in `root`; one that still runs keeps its own. Nothing happens in a folder
 * that may not be read.
 */
export async function removeLeftovers(host: Host, root: string): Promise<void> {
  for (const entry of (await host.list(root).catch(() => undefined)) ?? []) {
    const owner = isStaging(entry) ? ownerOf(entry.name) : undefined
    if (owner !== undefined && !(await host.isAlive(owner))) await host.remove(join(root, entry.name))
  }
}
