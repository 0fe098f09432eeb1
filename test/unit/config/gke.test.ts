import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gkeNames, longestBase } from '../../../src/config/gke-names.ts'
import { gkeConfig } from '../../support/gke-configs.ts'
import { leastGke, parseGke, problemsOfGke } from '../../support/gke-section.ts'
import { hostileNames } from '../../support/hostile-names.ts'

describe('the section gke', () => {
  it('needs a project and a region, the rest has defaults', () => {
    expect(parseGke(leastGke)).toEqual(gkeConfig(leastGke))
    expect(problemsOfGke({})).toEqual([expect.stringMatching(/project/), expect.stringMatching(/region/)])
  })

  it.each([
    [{ certificate: 'managed' }, /^gke\.certificate: needs `host`/],
    [{ dns: 'zone' }, /^gke\.dns: needs `host`/],
    [{ zone: 'europe-west1-b' }, /^gke\.zone: is for `minimal: true`/],
    [
      { mode: 'standard', minimal: true, zone: 'us-east1-b' },
      /^gke\.zone: should be in the region europe-west1/,
    ],
    [{ spot: true }, /^gke\.spot: is for `mode: standard`/],
    [{ minimal: true }, /^gke\.minimal: is for `mode: standard`/],
    [{ project: 'My Project' }, /^gke\.project: should be a project id/],
    [{ region: 'europe-west1-b' }, /^gke\.region: should be a region/],
    [{ host: 'https://chat.example.com' }, /^gke\.host: should be a host name/],
    [{ terraform: '../elsewhere' }, /^gke\.terraform: should be a folder inside the project/],
    [{ authorizedNetworks: { home: '1.2.3.4' } }, /^gke\.authorizedNetworks\.home: should be a range/],
    [{ modus: 'autopilot' }, /modus/],
  ])('refuses %j with a reason', (given, reason) => {
    expect(problemsOfGke({ ...leastGke, ...given })).toEqual([expect.stringMatching(reason)])
  })

  it.each(hostileNames)('refuses %j, or it is harmless as project and host', name => {
    expect(problemsOfGke({ ...leastGke, region: name })).not.toEqual([])
    const plain = /^[a-z][a-z0-9.-]+$/.test(name) && !name.includes('google')
    expect(plain || problemsOfGke({ project: name, region: 'europe-west1' }).length > 0).toBe(true)
    expect(plain || problemsOfGke({ ...leastGke, host: name }).length > 0).toBe(true)
  })
})

describe('the names in Google Cloud', () => {
  it('are made from project, region and name', () => {
    expect(gkeNames('chat', gkeConfig(leastGke))).toMatchObject({
      cluster: 'chat',
      location: 'europe-west1',
      bucket: 'my-project-rtdeploy-chat',
      statePrefix: 'rtdeploy/production',
      image: 'europe-west1-docker.pkg.dev/my-project/chat/app',
      context: 'gke_my-project_europe-west1_chat',
      labels: { rtdeploy: 'chat' },
    })
  })

  it('of another environment and of a minimal cluster are others', () => {
    const minimal = gkeConfig({ ...leastGke, mode: 'standard', minimal: true })
    expect(gkeNames('chat', minimal, 'staging')).toMatchObject({
      cluster: 'chat--staging',
      location: 'europe-west1-b',
      bucket: 'my-project-rtdeploy-chat',
      statePrefix: 'rtdeploy/staging',
      context: 'gke_my-project_europe-west1-b_chat--staging',
    })
  })

  it('fit what Google allows, for the longest project and name', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{19}$/)
    const project = fc.stringMatching(/^[a-z][a-z0-9-]{28}[a-z0-9]$/)
    fc.assert(
      fc.property(name, project, (chat, id) => {
        const names = gkeNames(chat, gkeConfig({ ...leastGke, project: id }))
        // https://cloud.google.com/storage/docs/buckets#naming and /iam/docs/service-accounts-create
        expect(names.bucket.length).toBeLessThanOrEqual(63)
        expect(names.nodeAccount.split('@')[0]?.length).toBeLessThanOrEqual(30)
        expect(names.base.length).toBeLessThanOrEqual(longestBase)
      }),
    )
  })
})
