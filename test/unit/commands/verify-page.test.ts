import { expect, it } from 'vitest'
import { writePage } from '../../../src/commands/verify-page.ts'
import type { Report } from '../../../src/report/report.ts'
import { fakeHost } from '../../support/fake-host.ts'
import { observations } from '../../support/socketio-observations.ts'

const report: Report = {
  schemaVersion: 1,
  verb: 'verify',
  outcome: 'unhealthy',
  steps: [],
  checks: [
    {
      id: 'timeout',
      title: 'The load balancer keeps idle connections',
      status: 'fail',
      wanted: 'an hour',
      found: '30 s',
      hint: 'put that right, then rtdeploy up',
    },
  ],
  next: [],
  tookMs: 1,
}

it.each([
  ['staging', 'then rtdeploy up --env staging'],
  ['production', 'then rtdeploy up<'],
  [undefined, 'then rtdeploy up<'],
])('the page of %s names its own commands', async (environment, shown) => {
  const { host, files } = fakeHost({})
  await writePage(host, '/project/report.html', report, observations({}), environment)
  expect(files.get('/project/report.html')).toContain(shown)
})
