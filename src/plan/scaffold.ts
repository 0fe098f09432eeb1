import { join } from 'node:path'
import type { TreeFile } from '../run/host.ts'
import type { Plan, Step } from './plan.ts'

/** What `init` does about one file. */
export type FileState = 'create' | 'identical' | 'skip' | 'conflict' | 'overwrite'

/** What stands in the folder that a project goes into. */
export interface Found {
  /** Contents by the path of the project's file; only those that are there. */
  readonly contents: ReadonlyMap<string, Uint8Array>
  /** It is a project already, or `init` was cut off in it: its files are ours to compare, not the person's to keep. */
  readonly isProject: boolean
}

export interface PlannedFile {
  readonly path: string
  readonly state: FileState
}

export interface ScaffoldPlan extends Plan {
  readonly files: readonly PlannedFile[]
}

/** Files that a hosting site or a person makes first, and that a new project can live with as they are. */
const oftenThere = /^(?:readme(?:\..*)?|licen[cs]e(?:\..*)?|\.gitignore|\.gitattributes|\.editorconfig)$/i

/** One write for each file that is not there, nothing for those that are as they should be. Pure. */
export function planScaffold(
  folder: string,
  files: readonly TreeFile[],
  found: Found,
  force: boolean,
): ScaffoldPlan {
  const planned = files.map(file => ({ file, path: file.path, state: stateOf(file, found, force) }))
  return {
    verb: 'init',
    stage: 'scaffold',
    files: planned.map(({ path, state }) => ({ path, state })),
    steps: planned.map(({ file, state }) => stepOf(folder, file, state)),
  }
}

function stateOf(file: TreeFile, found: Found, force: boolean): FileState {
  const there = found.contents.get(file.path)
  if (there === undefined) return 'create'
  if (Buffer.from(file.contents).equals(there)) return 'identical'
  if (force) return 'overwrite'
  return !found.isProject && oftenThere.test(file.path) ? 'skip' : 'conflict'
}

function stepOf(folder: string, file: TreeFile, state: FileState): Step {
  return {
    id: `file.${state}:${file.path}`,
    title: `${state} ${file.path}`,
    action: {
      kind: 'write',
      path: join(folder, file.path),
      contents: file.contents,
      ...(file.executable ? { mode: 0o755 } : {}),
    },
    ...(state === 'create' || state === 'overwrite' ? {} : { skip: state }),
  }
}

/** The files by what happens to them, a folder that fares alike in one line. Pure. */
export function describeFiles(files: readonly PlannedFile[]): string[] {
  const groups = new Map<string, PlannedFile[]>()
  for (const file of files) {
    const top = file.path.includes('/') ? file.path.slice(0, file.path.indexOf('/') + 1) : file.path
    groups.set(top, [...(groups.get(top) ?? []), file])
  }
  return [...groups].flatMap(([top, members]) => {
    const state = members[0]?.state
    const alike = top.endsWith('/') && members.every(file => file.state === state)
    if (!alike) return members.map(file => line(file.state, file.path))
    return [line(state, `${top}  (${members.length} ${members.length === 1 ? 'file' : 'files'})`)]
  })
}

/** Each file with what happens to it, a line each. Pure. */
export function describeEachFile(files: readonly PlannedFile[]): string[] {
  return files.map(file => line(file.state, file.path))
}

function line(state: FileState | undefined, text: string): string {
  return `${(state ?? '').padEnd(9)}  ${text}`
}
