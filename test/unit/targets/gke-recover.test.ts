import { expect, it } from 'vitest'
import { parseConfig } from '../../../src/config/parse.ts'
import { UserError } from '../../../src/errors.ts'
import { gkeTarget } from '../../../src/targets/gke.ts'
import type { Stage } from '../../../src/targets/target.ts'
import { fakeHost, type Reply } from '../../support/fake-host.ts'

const text =
  'version: 1\nname: chat\ntarget: gke\napp: { start: [node] }\ngke: { project: my-project-1, region: us-central1 }\n'
const publish: Stage = { name: 'publish', plan: async () => ({ verb: 'up', stage: 'publish', steps: [] }) }
const refused = new UserError('Cloud Build could not build r/app:1: PUSH_NOT_AUTHORIZED', {
  code: 'image.build-failed',
  hint: 'its log: https://console.cloud.google.com/cloud-build/builds/1',
})
const describeProject = 'gcloud projects describe my-project-1 --format=value(projectNumber)'

it.each<[string, Reply, string]>([
  ['its number', { stdout: '456\n' }, '456'],
  ['a place for its number, where Google does not tell it', { exitCode: 1 }, 'NUMBER'],
])('a refused account of Cloud Build is named by %s', async (_, reply, number) => {
  const { host, done } = fakeHost({ commands: [[describeProject, reply]] })
  const config = parseConfig(text, 'rtdeploy.yaml')
  const target = gkeTarget(host, { verb: 'up', project: '/project', config, flags: {} })
  const account = `${number}-compute@developer.gserviceaccount.com`
  expect((await target.recover?.(publish, refused))?.error).toMatchObject({
    code: 'image.builder-refused',
    message: expect.stringContaining(account),
    hint: `gcloud projects add-iam-policy-binding my-project-1 --member=serviceAccount:${account} --role=roles/cloudbuild.builds.builder`,
    details: [refused.message, refused.hint],
  })
  done()
})
