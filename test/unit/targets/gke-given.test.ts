import { expect, it } from 'vitest'
import type { GkeConfig } from '../../../src/config/gke.ts'
import { gkeNames } from '../../../src/config/gke-names.ts'
import { terraformFiles } from '../../../src/scaffold/terraform.ts'
import { refuseNoFiles, refuseOtherFiles } from '../../../src/targets/gke-given.ts'
import type { GkeSession } from '../../../src/targets/gke-session.ts'
import { gkeConfig, terraformTemplate } from '../../support/gke-configs.ts'

const network = { network: { name: 'shared', subnetwork: 'apps' } }
const cluster = { cluster: { name: 'team' } }

/** A project whose files were written for one configuration, and whose rtdeploy.yaml has another by now. */
const check = (written: Partial<GkeConfig>, wanted: Partial<GkeConfig>) => {
  const files = terraformFiles(terraformTemplate(), 'chat', gkeConfig(written))
  const gke = gkeConfig(wanted)
  const host = {
    list: async () => files.map(file => ({ name: file.path.split('/').at(-1) ?? '' })),
    readFile: async (path: string) => String(files.find(file => path.endsWith(file.path))?.contents),
  }
  const session = { host, project: '/app', gke, names: gkeNames('chat', gke) } as unknown as GkeSession
  return refuseOtherFiles(session)
}

it.each([{}, network, cluster])('files that were written for %j fit it', async given => {
  await expect(check(given, given)).resolves.toBeUndefined()
})

it.each([
  [{}, network, 'network'],
  [{}, cluster, 'cluster'],
  [network, cluster, 'cluster'],
])('files that were written for %j would make anew what is there for %j', async (written, wanted, noun) => {
  await expect(check(written, wanted)).rejects.toMatchObject({
    code: 'gke.other-files',
    exitCode: 2,
    message: expect.stringContaining(`for a ${noun} of its own`),
    hint: expect.stringContaining(`rtdeploy init --${noun} NAME`),
  })
})

const bare = (environment: string | undefined, files: readonly string[] | undefined) => {
  const host = { list: async () => files?.map(name => ({ name })) }
  const config = environment === undefined ? {} : { environment: { name: environment } }
  return refuseNoFiles({ host, project: '/app', gke: gkeConfig(), config } as unknown as GkeSession)
}

it.each([
  ['staging', undefined, 'rtdeploy init --env staging writes them'],
  [undefined, undefined, 'rtdeploy init --target gke'],
  ['staging', ['terraform.tfvars.json'], 'rtdeploy init --env staging'],
])('a folder of %s with %j has no Terraform files', async (environment, files, hint) => {
  await expect(bare(environment, files)).rejects.toMatchObject({
    code: 'gke.no-files',
    exitCode: 2,
    hint: expect.stringContaining(hint),
  })
})

it('a folder with a file of Terraform has some', async () => {
  await expect(bare('staging', ['cluster.tf'])).resolves.toBeUndefined()
})
