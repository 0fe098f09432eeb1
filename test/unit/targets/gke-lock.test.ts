import { describe, expect, it } from 'vitest'
import { gkePaths, terraformFolders } from '../../../src/facts/gke-workspace.ts'
import type { Host, ProcessInfo } from '../../../src/run/host.ts'
import { deadLock, noteUse } from '../../../src/targets/gke-lock.ts'
import { fakeHost } from '../../support/fake-host.ts'

const where = { project: 'p', region: 'r', terraform: { folder: 'infra/terraform', data: 'data' } }
const paths = gkePaths('/project', { environment: 'production' })
const began = Date.UTC(2026, 0, 1)
const lock = { id: '1', who: 'eva@here', operation: 'OperationTypeApply', since: began + 1 }
const terraform: ProcessInfo = {
  pid: 7,
  startedAt: 'x',
  command: '/bin/terraform apply',
  run: undefined,
  cwd: '/',
}
const use = (table: string, since = began) => ({ [paths.use]: JSON.stringify({ table, since }) })

function sessionOf(files: Readonly<Record<string, string>>, running: readonly ProcessInfo[] = []) {
  const fake = fakeHost({ files })
  const host: Host = new Proxy(fake.host, {
    get: (target, name) => (name === 'processes' ? async () => running : target[name as keyof Host]),
  })
  return { fake, session: { host, paths, where, verb: 'up' as const } }
}

describe('the lock of Terraform’s state', () => {
  it('is taken from a Terraform of this folder that was killed', async () => {
    const { session } = sessionOf(use('table'))
    expect(await deadLock(session, lock)).toEqual({ kind: 'lock', lock })
  })

  it.each<[string, Readonly<Record<string, string>>, Partial<typeof lock>, ProcessInfo[]]>([
    ['a Terraform runs', use('table'), {}, [terraform]],
    ['its holder has another host name', use('table'), { who: 'eva@elsewhere' }, []],
    ['this folder has never used Terraform', {}, {}, []],
    ['its holder was there first', use('table', began + 2), {}, []],
    ['the machine was started anew, or another has its name', use('other'), {}, []],
    ['the note cannot be read', { [paths.use]: '{' }, {}, []],
  ])('stays when %s', async (_name, files, other, running) => {
    const { session } = sessionOf(files, running)
    await expect(deadLock(session, { ...lock, ...other })).rejects.toMatchObject({ code: 'lock.held' })
  })

  it.each([
    ['production', 'infra/terraform', '.rtdeploy/gke/terraform'],
    ['staging', 'infra/staging/terraform', '.rtdeploy/gke-staging/terraform'],
  ])('of %s is broken by hand with its own files and data', async (environment, folder, data) => {
    const terraform = terraformFolders({ terraform: folder }, { environment })
    const { session } = sessionOf({})
    await expect(deadLock({ ...session, where: { ...where, terraform } }, lock)).rejects.toMatchObject({
      hint: expect.stringContaining(
        ` TF_DATA_DIR="$PWD/${data}" terraform -chdir=${folder} force-unlock 1, then rtdeploy up`,
      ),
    })
  })

  it('is known by when this folder first used Terraform, not by the last time', async () => {
    const { session, fake } = sessionOf({})
    await noteUse(session)
    await session.host.sleep(5000)
    await noteUse(session)
    expect(JSON.parse(fake.files.get(paths.use) ?? '')).toEqual({ table: 'table', since: began })
  })
})
