import { describe, expect, it } from 'vitest'
import { gkeNames } from '../../../src/config/gke-names.ts'
import type { Host } from '../../../src/run/host.ts'
import { takeFolder } from '../../../src/targets/gke-unsaved.ts'
import { fakeHost } from '../../support/fake-host.ts'
import { gkeConfig } from '../../support/gke-configs.ts'

const unsaved = '/project/infra/terraform/errored.tfstate'
const note = '/project/.rtdeploy/terraform.json'

function sessionOf(environment: string, files: Readonly<Record<string, string>>, dryRun = false) {
  const fake = fakeHost({ files })
  const gke = gkeConfig()
  const names = gkeNames('chat', gke, environment)
  const host: Host = new Proxy(fake.host, {
    get: (target, name) =>
      name === 'kindOf'
        ? async (path: string) => (fake.files.has(path) ? 'file' : undefined)
        : target[name as keyof Host],
  })
  return { fake, session: { host, project: '/project', gke, names, flags: { dryRun } } }
}

describe('the folder of the Terraform files', () => {
  it('is noted for the environment that works in it, and for production when that comes back', async () => {
    const { fake, session } = sessionOf('staging', {})
    await takeFolder(session)
    expect(fake.files.get(note)).toBe('{"infra/terraform":"staging"}\n')
    const back = sessionOf('production', Object.fromEntries(fake.files))
    await takeFolder(back.session)
    expect(back.fake.files.get(note)).toBe('{"infra/terraform":"production"}\n')
  })

  it('is not noted for production alone, nor by a look ahead', async () => {
    const alone = sessionOf('production', { [unsaved]: '{}' })
    await takeFolder(alone.session)
    const ahead = sessionOf('staging', {}, true)
    await takeFolder(ahead.session)
    expect([alone.fake.files.has(note), ahead.fake.files.has(note)]).toEqual([false, false])
  })

  it.each([
    ['staging', 'production', {}],
    ['production', 'staging', { [note]: '{"infra/terraform":"staging"}' }],
    ['staging', 'production', { [note]: '{' }],
  ])('is refused to %s while an unsaved state of %s lies in it', async (mine, theirs, files) => {
    const { session } = sessionOf(mine, { ...files, [unsaved]: '{}' })
    await expect(takeFolder(session)).rejects.toMatchObject({
      code: 'gke.unsaved',
      hint: `save it first: rtdeploy up --env ${theirs}; or rtdeploy down --env ${theirs}, to take all of it away`,
    })
  })

  it('is left to the environment whose unsaved state it is', async () => {
    const { fake, session } = sessionOf('staging', {
      [note]: '{"infra/terraform":"staging"}',
      [unsaved]: '{}',
    })
    await takeFolder(session)
    expect(fake.files.has(unsaved)).toBe(true)
  })
})
