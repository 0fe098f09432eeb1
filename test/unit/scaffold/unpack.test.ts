import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isLeftBehind, packTemplate } from '../../../scripts/pack-template.mjs'
import { unpackTemplate } from '../../../src/scaffold/unpack.ts'
import { temporaryFolder } from '../../support/run-cli.ts'

it('gives back what was packed: paths, texts byte by byte, executable bits, and nothing that tools made', async () => {
  await using folder = await temporaryFolder()
  const put = (path: string, text: string | Uint8Array) => writeFileSync(join(folder.path, path), text)
  mkdirSync(join(folder.path, 'node_modules'))
  mkdirSync(join(folder.path, 'b'))
  put('node_modules/left.js', '')
  put('b/run.sh', '#!/bin/sh\r\n')
  chmodSync(join(folder.path, 'b/run.sh'), 0o755)
  put('a.txt', '\u{feff}schön {{x}} 😀\n')
  symlinkSync('/etc/hostname', join(folder.path, 'link'))
  expect(unpackTemplate(packTemplate(folder.path))).toEqual([
    { path: 'a.txt', contents: '\u{feff}schön {{x}} 😀\n', executable: false },
    { path: 'b/run.sh', contents: '#!/bin/sh\r\n', executable: true },
  ])
  put('picture.png', Buffer.from([0x89, 0x50, 0xff]))
  expect(() => packTemplate(folder.path)).toThrow('not valid')
})

it.each([
  'node_modules',
  'server/node_modules',
  'dist',
  'coverage',
  '.rtdeploy',
  'a/npm-debug.log',
  'tsconfig.tsbuildinfo',
  'a/.DS_Store',
])('leaves %s behind', path => {
  expect(isLeftBehind(path)).toBe(true)
})

it.each(['server/log.ts', 'dist.ts', 'Dockerfile', '_gitignore', 'src/distance/a.ts'])('copies %s', path => {
  expect(isLeftBehind(path)).toBe(false)
})
