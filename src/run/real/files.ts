import {
  accessSync,
  appendFileSync,
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Entry, Host, TreeFile } from '../host.ts'
import { makeFolders } from './folders.ts'

type Files = Pick<
  Host,
  | 'readFile'
  | 'readBytes'
  | 'readFrom'
  | 'writeFile'
  | 'appendFile'
  | 'readTree'
  | 'writeTree'
  | 'makeFolder'
  | 'rename'
  | 'remove'
  | 'list'
  | 'kindOf'
  | 'realPath'
  | 'modifiedAt'
  | 'sizeOf'
  | 'canWrite'
>

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code

/** What `read` gives, undefined when the path is not there. Synchronous calls: 60 small files take half the time of promises. */
function ifThere<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}

/** An error of `read` and `write` names no path, since they know only a number: it is told which file it was. */
function naming<T>(path: string, use: () => T): T {
  try {
    return use()
  } catch (error) {
    if (error instanceof Error && 'syscall' in error && !('path' in error)) Object.assign(error, { path })
    throw error
  }
}

function kindOf(entry: {
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
}): Entry['kind'] {
  if (entry.isSymbolicLink()) return 'symlink'
  if (entry.isDirectory()) return 'folder'
  return entry.isFile() ? 'file' : 'other'
}

/** How many of the bytes are whole characters of UTF-8: the rest of the last one may not be written yet. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    const continues = (byte & 0xc0) === 0x80
    if (continues) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return length > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}

function writeSynced(path: string, contents: string | Uint8Array, mode: number): void {
  const file = openSync(path, 'wx', mode)
  try {
    writeFileSync(file, contents)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function readTree(folder: string, skip: (path: string) => boolean, prefix = ''): TreeFile[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry): TreeFile[] => {
      const path = `${prefix}${entry.name}`
      if (skip(path)) return []
      if (entry.isDirectory()) return readTree(folder, skip, `${path}/`)
      if (!entry.isFile()) return []
      const full = join(folder, path)
      return [{ path, contents: readFileSync(full), executable: (statSync(full).mode & 0o100) !== 0 }]
    })
}

function writeTree(folder: string, files: readonly TreeFile[]): void {
  const made = new Set<string>()
  for (const file of files) {
    const path = join(folder, file.path)
    if (!made.has(dirname(path))) makeFolders(dirname(path))
    made.add(dirname(path))
    writeFileSync(path, file.contents, { flag: 'wx', mode: file.executable ? 0o755 : 0o644 })
  }
}

/** Files of this machine. */
export function realFiles(): Files {
  let written = 0
  return {
    readFile: async path => ifThere(() => naming(path, () => readFileSync(path, 'utf8'))),
    readBytes: async path => ifThere(() => naming(path, () => readFileSync(path))),
    readFrom: async (path, offset) =>
      ifThere(() => {
        const file = openSync(path, 'r')
        try {
          const size = statSync(path).size
          const from = size < offset ? 0 : offset
          const bytes = Buffer.alloc(Math.min(size - from, 1 << 20))
          const read = readSync(file, bytes, 0, bytes.length, from)
          const length = wholeCharacters(bytes.subarray(0, read))
          return { text: bytes.toString('utf8', 0, length), offset: from + length }
        } finally {
          closeSync(file)
        }
      }),
    writeFile: async (path, contents, options = {}) => {
      makeFolders(dirname(path))
      const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${written++}.tmp`)
      try {
        naming(path, () => writeSynced(temporary, contents, options.mode ?? 0o644))
        if (options.exclusive) linkSync(temporary, path)
        else renameSync(temporary, path)
      } finally {
        ifThere(() => unlinkSync(temporary))
      }
    },
    appendFile: async (path, text) => {
      makeFolders(dirname(path))
      naming(path, () => appendFileSync(path, text, { mode: 0o600 }))
    },
    readTree: async (folder, skip) => readTree(folder, skip),
    writeTree: async (folder, files) => writeTree(folder, files),
    makeFolder: async (path, mode) => makeFolders(path, mode),
    rename: async (from, to) => renameSync(from, to),
    remove: async path => rmSync(path, { recursive: true, force: true }),
    list: async path =>
      ifThere(() =>
        readdirSync(path, { withFileTypes: true }).map(entry => ({ name: entry.name, kind: kindOf(entry) })),
      ),
    kindOf: async path => ifThere(() => kindOf(lstatSync(path))),
    realPath: async path => ifThere(() => realpathSync(path)),
    canWrite: async path => {
      try {
        accessSync(path, constants.W_OK)
        return true
      } catch {
        return false
      }
    },
    modifiedAt: async path => ifThere(() => statSync(path).mtimeMs),
    sizeOf: async path => ifThere(() => statSync(path).size),
  }
}
