import { expect, it } from 'vitest'
import { gkeNames } from '../../../src/config/gke-names.ts'
import { readExisting } from '../../../src/facts/gke-existing.ts'
import { fakeHost } from '../../support/fake-host.ts'
import { gkeConfig } from '../../support/gke-configs.ts'
import { login } from '../../support/login.ts'

it.each([
  ['a NAT that its router does not have yet is absent', [], 'absent'],
  ['a NAT that its router has is ours', [{ name: 'chat-nat' }], 'ours'],
])('%s', async (_, nats, found) => {
  const gke = gkeConfig()
  const router = 'projects/testbed-project/regions/us-central1/routers/chat-router'
  const body = JSON.stringify({ name: 'chat-router', description: 'rtdeploy:chat', nats })
  const { host } = fakeHost({
    requests: [[`GET https://compute.googleapis.com/compute/v1/${router}`, { status: 200, body }]],
  })
  const isNat = ({ address }: { readonly address: string }) => address === 'google_compute_router_nat.nat'
  const existing = await readExisting(host, login, gke, gkeNames('chat', gke), isNat)
  expect(existing.map(one => one.found)).toEqual([found])
})
