import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { digestSources } from '../../../src/local/sources.ts'
import type { Host } from '../../../src/run/host.ts'
import { realFiles } from '../../../src/run/real/files.ts'
import { temporaryFolder } from '../../support/run-cli.ts'

const host = realFiles() as unknown as Host
const digest = (folder: string) => digestSources(host, folder, { outputs: true })

async function write(folder: string, path: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), '')
}

describe('the digest of the sources', () => {
  it.each([
    'infra/staging/terraform/.terraform.lock.hcl',
    'infra/terraform/.terraform/modules.json',
    'infra/terraform/errored.tfstate',
    'infra/terraform/terraform.tfstate.backup',
    '.rtdeploy/gke/values.tfvars.json',
  ])('stays when a tool writes %s', async path => {
    await using folder = await temporaryFolder()
    await write(folder.path, 'server.js')
    const before = await digest(folder.path)
    await write(folder.path, path)
    expect(await digest(folder.path)).toBe(before)
  })

  it.each(['other.js', 'infra/terraform/cluster.tf', 'public/index.html'])('changes with %s', async path => {
    await using folder = await temporaryFolder()
    await write(folder.path, 'server.js')
    const before = await digest(folder.path)
    await write(folder.path, path)
    expect(await digest(folder.path)).not.toBe(before)
  })
})
