// A template's folder as one small file: `init` reads it at once, where some ninety files would take their time, and
// the package is smaller by what compresses well, lock files above all.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'

/** What stays behind when a template is packed: made by its tools, not by its author. */
export function isLeftBehind(path) {
  const name = path.split('/').at(-1) ?? ''
  return (
    ['node_modules', 'dist', 'coverage', 'test-results', '.rtdeploy', '.DS_Store'].includes(name) ||
    /\.(?:log|tsbuildinfo)$/.test(name)
  )
}

/**
 * The files below `folder` as JSON in Brotli, `[path, text, executable][]`; src/scaffold/unpack.ts reads it.
 * Throws when a file is not text in UTF-8.
 */
export function packTemplate(folder) {
  const text = Buffer.from(JSON.stringify(filesOf(folder)))
  return brotliCompressSync(text, {
    params: {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      // One window for all of it: the two lock files repeat one another.
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
    },
  })
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function filesOf(folder, prefix = '') {
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const path = `${prefix}${entry.name}`
      if (isLeftBehind(path)) return []
      if (entry.isDirectory()) return filesOf(folder, `${path}/`)
      if (!entry.isFile()) return []
      const full = join(folder, path)
      const executable = (statSync(full).mode & 0o100) !== 0
      return [[path, decoder.decode(readFileSync(full)), executable]]
    })
}
