import { describe, expect, it } from 'vitest'
import { Interrupted } from '../../../src/errors.ts'
import { readTerraform } from '../../../src/facts/gke-terraform.ts'
import { copyTerraform } from '../../../src/targets/gke-preview.ts'
import { fakeHost } from '../../support/fake-host.ts'

describe('a look ahead at Terraform', () => {
  it('reads what the folder has, its values too, and nothing of an earlier look', async () => {
    const { host, files } = fakeHost()
    files.set('/p/infra/main.tf', 'now')
    files.set('/p/infra/terraform.tfvars.json', '{}')
    files.set('/p/infra/notes.md', 'not read')
    files.set('/p/preview/network.tf', 'of an earlier look')
    const list = async (folder: string) =>
      [...files.keys()]
        .filter(path => path.startsWith(`${folder}/`))
        .map(path => ({ name: path.slice(folder.length + 1), kind: 'file' as const }))
    await copyTerraform({ ...host, list }, '/p/infra', '/p/preview')
    const found = [...files].filter(([path]) => path.startsWith('/p/preview/'))
    expect(Object.fromEntries(found)).toEqual({
      '/p/preview/main.tf': 'now',
      '/p/preview/terraform.tfvars.json': '{}',
    })
  })

  it('begins no Terraform once somebody has interrupted: nothing could stop it', async () => {
    const { host, told } = fakeHost()
    const interrupted = AbortSignal.abort(new Interrupted())
    const workspace = {
      folder: '/p/infra',
      data: '/p/data',
      values: '/p/values.json',
      plan: '/p/tfplan',
      bucket: 'bucket',
      prefix: 'prefix',
      env: {},
    }
    const terraform = { folder: 'infra/terraform', data: 'data' }
    const where = { project: 'my-project', region: 'europe-west1', terraform }
    await expect(readTerraform({ ...host, interrupted }, workspace, where)).rejects.toThrow(Interrupted)
    expect(told).toEqual([])
  })
})
