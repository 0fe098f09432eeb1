import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code

/** False too for a link that leads nowhere: it exists, and there is nothing. */
const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/**
 * Makes a folder and its parents. Not `mkdirSync(path, { recursive: true })`: Node 20 asks for ever where a file system
 * answers ENOENT although the parent is there, as /proc does.
 */
export function makeFolders(path: string, mode = 0o777): void {
  try {
    mkdirSync(path, mode)
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && isFolder(path)) return
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error
    makeFolders(dirname(path), mode)
    mkdirOnce(path, mode)
  }
}

function mkdirOnce(path: string, mode: number): void {
  try {
    mkdirSync(path, mode)
  } catch (error) {
    // Somebody else made it in the meantime.
    if (codeOf(error) !== 'EEXIST' || !isFolder(path)) throw error
  }
}
