import { expect, it } from 'vitest'
import { keepsOut } from '../../../src/config/dockerignore.ts'

it.each([
  '.rtdeploy',
  '.rtdeploy/',
  '/.rtdeploy',
  './.rtdeploy/**',
  '**/.rtdeploy',
  'node_modules\r\n.rtdeploy/*\r\n',
  '*\n!server.js',
  '**',
  '.*',
  '!.rtdeploy\n.rtdeploy',
])('keeps .rtdeploy out by %j', text => {
  expect(keepsOut(text, '.rtdeploy')).toBe(true)
})

it.each([
  '',
  '# .rtdeploy',
  'node_modules',
  '.rtdeploy/kubernetes',
  '.rtdeploy\n!.rtdeploy',
  '*\n!.rtdeploy/**',
])('lets .rtdeploy in by %j', text => {
  expect(keepsOut(text, '.rtdeploy')).toBe(false)
})
