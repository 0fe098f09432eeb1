import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readConfig } from '../../../src/config/read.ts'
import { realFiles } from '../../../src/run/real/files.ts'
import { temporaryFolder } from '../../support/run-cli.ts'

const least = 'version: 1\nname: chat\napp:\n  start: [node, main.js]\n'
const hostIn = (cwd: string) => ({ ...realFiles(), cwd })

it('reads the file of a folder', async () => {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'rtdeploy.yaml'), least)
  expect(await readConfig(hostIn(folder.path), folder.path)).toMatchObject({ name: 'chat' })
})

it('says how a project is made where there is none', async () => {
  await using folder = await temporaryFolder()
  await expect(readConfig(hostIn(folder.path), folder.path)).rejects.toMatchObject({
    message: `no rtdeploy.yaml in ${folder.path}`,
    code: 'config.missing',
    hint: expect.stringContaining('rtdeploy init') as string,
    exitCode: 2,
  })
})

it('says where the project is when it is above', async () => {
  await using folder = await temporaryFolder()
  const below = join(folder.path, 'server/handlers')
  await mkdir(below, { recursive: true })
  await writeFile(join(folder.path, 'rtdeploy.yaml'), least)
  await expect(readConfig(hostIn(below), below)).rejects.toMatchObject({
    hint: 'the project is above: cd ../..',
  })
})

it('names the file as the person sees it from where they are', async () => {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'rtdeploy.yaml'), 'version: 1\n')
  await expect(readConfig(hostIn(folder.path), folder.path)).rejects.toMatchObject({
    details: [
      'rtdeploy.yaml:1:1 name: is missing, it should be a name of at most 20 characters',
      'rtdeploy.yaml:1:1 app: is missing, it should be a mapping with `start` and more',
    ],
  })
})

it('refuses a folder of that name', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'rtdeploy.yaml'))
  await expect(readConfig(hostIn(folder.path), folder.path)).rejects.toMatchObject({
    message: 'rtdeploy.yaml is not a file',
    code: 'config.unreadable',
    exitCode: 2,
  })
})

it('says how to make an unreadable file readable', async () => {
  const denied = async () => {
    throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })
  }
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'rtdeploy.yaml'), least)
  const host = { ...hostIn(folder.path), readFile: denied }
  await expect(readConfig(host, folder.path)).rejects.toMatchObject({
    message: 'rtdeploy.yaml cannot be read: EACCES: permission denied',
    hint: 'make it readable: chmod u+r rtdeploy.yaml',
    exitCode: 2,
  })
})
