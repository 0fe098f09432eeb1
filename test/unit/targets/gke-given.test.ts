import { expect, it } from 'vitest'
import type { GkeConfig } from '../../../src/config/gke.ts'
import { gkeNames } from '../../../src/config/gke-names.ts'
import type { Verb } from '../../../src/report/report.ts'
import { terraformFiles } from '../../../src/scaffold/terraform.ts'
import { refuseNoFiles, refuseOtherFiles } from '../../../src/targets/gke-given.ts'
import type { GkeSession } from '../../../src/targets/gke-session.ts'
import { gkeConfig, terraformTemplate } from '../../support/gke-configs.ts'

const network = { network: { name: 'shared', subnetwork: 'apps' } }
const cluster = { cluster: { name: 'team' } }

/** A project whose files were written for one configuration, and whose rtdeploy.yaml has another by now. */
const check = (
  written: Partial<GkeConfig>,
  wanted: Partial<GkeConfig>,
  more: { readonly verb?: Verb; readonly environment?: string; readonly own?: string } = {},
) => {
  const files = terraformFiles(terraformTemplate(), 'chat', gkeConfig(written))
  const gke = gkeConfig(wanted)
  const host = {
    list: async () => [
      ...files.map(file => ({ name: file.path.split('/').at(-1) ?? '' })),
      ...(more.own === undefined ? [] : [{ name: 'own.tf' }]),
    ],
    readFile: async (path: string) =>
      path.endsWith('own.tf') ? more.own : String(files.find(file => path.endsWith(file.path))?.contents),
  }
  const { verb = 'up', environment } = more
  const config = environment === undefined ? {} : { environment: { name: environment } }
  const names = gkeNames('chat', gke, environment)
  return refuseOtherFiles({ host, project: '/app', config, gke, names, verb } as unknown as GkeSession)
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

it.each([
  [network, 'network'],
  [cluster, 'cluster'],
])('files that were written for %j fit none that is not named any more', async (written, noun) => {
  const refused = { code: 'gke.other-files', exitCode: 2 }
  const message = `infra/terraform was written for a ${noun} that is there, rtdeploy.yaml names none`
  const hint = 'rtdeploy init --target gke in an empty folder writes those that fit'
  await expect(check(written, {})).rejects.toMatchObject({ ...refused, message, hint })
  await expect(check(written, {}, { verb: 'down' })).rejects.toMatchObject({
    ...refused,
    hint: `write rtdeploy.yaml as it was when they were written, with gke.${noun}, then run this again`,
  })
})

it('files that were written for a cluster that is there are not for a network that is', async () => {
  await expect(check(cluster, network)).rejects.toMatchObject({
    message:
      'infra/terraform was written for a cluster that is there, rtdeploy.yaml names a network that is there',
  })
})

it('what is up is taken down as it came up, before the cluster of others is named', async () => {
  await expect(check({}, cluster, { verb: 'down' })).rejects.toMatchObject({
    hint: 'write rtdeploy.yaml as it was when they were written, without gke.cluster, then run this again',
  })
})

it('an environment has its files from init, and a network takes its subnetwork', async () => {
  await expect(check({}, cluster, { environment: 'staging' })).rejects.toMatchObject({
    hint: 'rtdeploy init --env staging writes those that fit',
  })
  await expect(check({}, network)).rejects.toMatchObject({
    hint: 'rtdeploy init --network NAME --subnetwork NAME in an empty folder writes those that fit',
  })
})

it('a variable of one’s own that is called so says nothing of the files', async () => {
  await expect(check({}, {}, { own: 'variable "network" {\n}\n' })).resolves.toBeUndefined()
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
