import { dirname, join, relative, sep } from 'node:path'
import { exitCodes, UserError } from '../errors.ts'
import type { Found } from '../plan/scaffold.ts'
import type { Host } from '../run/host.ts'
import { isStaging } from './staging.ts'

/** The folder that a project goes into, as it is now. */
export interface Target extends Found {
  /** The nearest folder that is there: the target itself or one above it. */
  readonly root: string
  /** From `root` to the target, with `/`; empty when the target is there. */
  readonly prefix: string
  /** Folders of the project that are there, relative to the target. */
  readonly folders: ReadonlySet<string>
  /** What is in the target and is neither of the project nor harmless. */
  readonly strangers: readonly string[]
}

// What editors, Git, and hosting sites leave in a folder before a project goes into it.
const harmless =
  /^(?:\.git|\.gitignore|\.gitattributes|\.gitkeep|\.github|\.hg|\.svn|\.editorconfig|\.idea|\.vscode|\.DS_Store|Thumbs\.db|readme(?:\..*)?|licen[cs]e(?:\..*)?|npm-debug\.log)$/i

/**
 * Looks at the folder and at every path that would be written, without following links.
 * Throws a `UserError` (exit 2) that lists everything in the way: links, files where folders should be and the reverse.
 */
export async function readTarget(host: Host, folder: string, paths: readonly string[]): Promise<Target> {
  const { root, prefix } = await nearestFolder(host, folder)
  const nothing = { contents: new Map(), folders: new Set<string>(), strangers: [], isProject: false }
  if (prefix !== '') return { root, prefix, ...nothing }

  const entries = (await host.list(folder)) ?? []
  const inTheWay: string[] = []
  const folders = new Set<string>()
  const contents = new Map<string, Uint8Array>()
  const all = new Set(paths.flatMap(path => [...parents(path), path]))
  const files = new Set(paths)
  for (const path of [...all].sort()) {
    if (parents(path).some(parent => !folders.has(parent))) continue
    const kind = await host.kindOf(join(folder, path))
    const wanted = files.has(path) ? 'file' : 'folder'
    if (kind === undefined) continue
    if (kind !== wanted) inTheWay.push(`${path} is a ${kind}, should be a ${wanted}`)
    else if (wanted === 'folder') folders.add(path)
    else contents.set(path, (await host.readBytes(join(folder, path))) ?? new Uint8Array())
  }
  if (inTheWay.length > 0) throw blocked(`${folder} has something in the way`, inTheWay)

  const cutOff = entries.some(entry => isStaging(entry))
  return {
    root,
    prefix,
    folders,
    contents,
    isProject: cutOff || contents.has('rtdeploy.yaml'),
    strangers: entries
      .filter(entry => !harmless.test(entry.name) && !isStaging(entry))
      .map(entry => (entry.kind === 'folder' ? `${entry.name}/` : entry.name)),
  }
}

/** The nearest folder on the way up that is there. A link or a file as the target itself is refused. */
async function nearestFolder(host: Host, folder: string): Promise<{ root: string; prefix: string }> {
  for (let at = folder; ; at = dirname(at)) {
    const kind = await host.kindOf(at)
    if (kind === 'folder') return { root: at, prefix: relative(at, folder).split(sep).join('/') }
    if (kind === 'symlink') {
      // Above the target a link is the person's own way to a disk; what is below it is theirs to choose.
      const real = at === folder ? undefined : await host.realPath(at)
      if (real !== undefined && (await host.kindOf(real)) === 'folder') {
        return { root: real, prefix: relative(at, folder).split(sep).join('/') }
      }
      throw blocked(`${at} is a symbolic link, nothing is written through one`, [])
    }
    if (kind !== undefined) throw blocked(`${at} is a file, not a folder`, [])
    if (at === dirname(at)) throw blocked(`there is no folder ${at}`, [])
  }
}

function parents(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

function blocked(message: string, details: readonly string[]): UserError {
  return new UserError(message, {
    code: 'folder.blocked',
    hint: 'choose another folder, or move away what is in the way',
    details,
    exitCode: exitCodes.usage,
  })
}
