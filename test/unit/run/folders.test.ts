import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeFolders } from '../../../src/run/real/folders.ts'

describe('makeFolders', () => {
  it('makes parents, is content with what is there, and refuses a file in the way', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rtdeploy-test-'))
    try {
      makeFolders(join(folder, 'a', 'b', 'c'), 0o700)
      makeFolders(join(folder, 'a', 'b', 'c'))
      expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700)
      writeFileSync(join(folder, 'file'), '')
      expect(() => makeFolders(join(folder, 'file'))).toThrow('EEXIST')
      expect(() => makeFolders(join(folder, 'file', 'below'))).toThrow('ENOTDIR')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it.skipIf(process.platform !== 'linux')('comes back from a file system that makes no folders', () => {
    expect(() => makeFolders('/proc/rtdeploy/below')).toThrow('ENOENT')
  })
})
