import { brotliDecompressSync } from 'node:zlib'
import type { TreeFile } from '../run/host.ts'

/** The files of a template that scripts/pack-template.mjs packed: JSON in Brotli, `[path, text, executable][]`. Pure. */
export function unpackTemplate(packed: Uint8Array): TreeFile[] {
  const files = JSON.parse(brotliDecompressSync(packed).toString('utf8')) as [string, string, boolean][]
  return files.map(([path, contents, executable]) => ({ path, contents, executable }))
}
