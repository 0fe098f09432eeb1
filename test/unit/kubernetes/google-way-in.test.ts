import { describe, expect, it } from 'vitest'
import { gkeNames } from '../../../src/config/gke-names.ts'
import { readWayIn } from '../../../src/facts/gke-way-in.ts'
import { judgeWayIn, recordsOf, type WayIn } from '../../../src/kubernetes/google-way-in.ts'
import { fakeHost } from '../../support/fake-host.ts'
import { gkeConfig } from '../../support/gke-configs.ts'
import { login } from '../../support/login.ts'

const address = '203.0.113.7'
const proof = {
  name: '_acme-challenge.chat.example.com.',
  type: 'CNAME',
  data: 'x.authorize.certificatemanager.goog.',
}
const way: WayIn = {
  host: 'chat.example.com',
  address,
  dns: { a: [address], aaaa: [] },
  certificate: { state: 'ACTIVE', reason: '' },
  proof,
}
const judged = (given: Partial<WayIn>) =>
  Object.fromEntries(judgeWayIn({ ...way, ...given }).map(check => [check.id, check]))

describe('the way in by a host’s name', () => {
  it('is open when DNS leads here and the certificate is active', () => {
    expect(judgeWayIn(way).map(check => check.status)).toEqual(['pass', 'pass'])
  })

  it.each([
    [
      'nobody has entered the record',
      { dns: { a: [], aaaa: [] } },
      'warn',
      /no record yet/,
      /chat\.example\.com\. {2}A {2}203\.0\.113\.7/,
    ],
    [
      'the record leads elsewhere',
      { dns: { a: ['198.51.100.1'], aaaa: [] } },
      'fail',
      /198\.51\.100\.1/,
      /A {2}203\.0\.113\.7/,
    ],
    [
      'there is an AAAA record as well',
      { dns: { a: [address], aaaa: ['2001:db8::1'] } },
      'fail',
      /AAAA 2001:db8::1/,
      /remove the AAAA record/,
    ],
  ] as const)('says so when %s', (_, given, status, found, hint) => {
    expect(judged(given)['gke.dns']).toMatchObject({
      status,
      found: expect.stringMatching(found),
      hint: expect.stringMatching(hint),
    })
  })

  it.each([
    ['CONFIG', /proves the host/, /CNAME/],
    ['CAA', /pki\.goog/, /rtdeploy status/],
    ['', /within the hour/, /CNAME/],
  ] as const)('says why a certificate hangs: %s', (reason, why, hint) => {
    const check = judged({ certificate: { state: 'PROVISIONING', reason } })['gke.certificate']
    expect(check).toMatchObject({
      status: 'warn',
      found: 'provisioning',
      why: expect.stringMatching(why),
      hint: expect.stringMatching(hint),
    })
  })

  it('claims nothing where nobody answers', () => {
    expect(judgeWayIn({ ...way, dns: undefined, certificate: undefined })).toEqual([])
  })

  it('is read from Google and from the world’s DNS', async () => {
    const gke = gkeConfig({ host: 'chat.example.com', certificate: 'managed' })
    const names = gkeNames('chat', gke)
    const ok = (value: unknown) => ({ status: 200, body: JSON.stringify(value) })
    const google = 'https://certificatemanager.googleapis.com/v1/projects/testbed-project/locations/global'
    const dns = 'https://dns.google/resolve?name=chat.example.com&type='
    const certificate = {
      managed: { state: 'PROVISIONING', authorizationAttemptInfo: [{ failureReason: 'CONFIG' }] },
    }
    const { host, done } = fakeHost({
      requests: [
        [
          'GET https://compute.googleapis.com/compute/v1/projects/testbed-project/global/addresses/chat-ip',
          ok({ address }),
        ],
        [`GET ${google}/certificates/chat-cert`, ok(certificate)],
        [`GET ${google}/dnsAuthorizations/chat-host`, ok({ dnsResourceRecord: proof })],
        [
          `GET ${dns}A`,
          ok({
            Status: 0,
            Answer: [
              { type: 5, data: 'alias.' },
              { type: 1, data: address },
            ],
          }),
        ],
        [`GET ${dns}AAAA`, ok({ Status: 0 })],
      ],
    })
    const found = await readWayIn(host, login, gke, names)
    done()
    expect(found).toEqual({ ...way, certificate: { state: 'PROVISIONING', reason: 'CONFIG' } })
    expect(recordsOf(way)).toEqual([
      'chat.example.com.  A  203.0.113.7',
      `${proof.name}  CNAME  ${proof.data}`,
    ])
  })
})
