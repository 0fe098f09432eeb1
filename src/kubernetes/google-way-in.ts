import type { Check } from '../report/report.ts'

/** What stands between a host name and the app: DNS and Google's certificate. */
export interface WayIn {
  readonly host: string
  /** Of the reserved address; undefined when it is not there. */
  readonly address: string | undefined
  /** What the world's DNS says; undefined when nobody answers. */
  readonly dns: { readonly a: readonly string[]; readonly aaaa: readonly string[] } | undefined
  /** Of Certificate Manager; undefined where the certificate is an object of the cluster. */
  readonly certificate: { readonly state: string; readonly reason: string } | undefined
  /** By which DNS proves that the host is ours. */
  readonly proof: { readonly name: string; readonly type: string; readonly data: string } | undefined
}

/** The records to enter, a line each, for whoever looks after DNS. Pure. */
export function recordsOf({ host, address, proof }: WayIn): string[] {
  return [
    ...(address === undefined ? [] : [`${host}.  A  ${address}`]),
    ...(proof === undefined ? [] : [`${proof.name}  ${proof.type}  ${proof.data}`]),
  ]
}

/** Whether people can come in by the host's name, and if not, what to do about it. Pure. */
export function judgeWayIn(way: WayIn): Check[] {
  return [...dnsCheck(way), ...certificateCheck(way)]
}

function dnsCheck(way: WayIn): Check[] {
  const { host, address, dns } = way
  if (dns === undefined || address === undefined) return []
  const base = { id: 'gke.dns', title: `DNS of ${host}`, wanted: address }
  const enter = `enter this where ${host} is looked after: ${host}.  A  ${address}`
  if (dns.a.length === 0)
    return [
      { ...base, status: 'warn', found: 'no record yet; a new one takes minutes to be seen', hint: enter },
    ]
  const strangers = dns.a.filter(found => found !== address)
  if (strangers.length > 0) {
    const why = 'RT039: people are led elsewhere, and Google issues no certificate'
    return [{ ...base, status: 'fail', found: dns.a.join(', '), why, hint: enter }]
  }
  if (dns.aaaa.length > 0) {
    const why = 'RT039: the address is IPv4, so who has IPv6 is led elsewhere, Google’s certificates too'
    const hint = `remove the AAAA record of ${host}`
    return [{ ...base, status: 'fail', found: `${address}, and AAAA ${dns.aaaa.join(', ')}`, why, hint }]
  }
  return [{ ...base, status: 'pass', found: address }]
}

/** https://cloud.google.com/certificate-manager/docs/reference/certificate-manager/rest/v1/projects.locations.certificates */
const reasons: Readonly<Record<string, string>> = {
  AUTHORIZATION_ISSUE: 'the record that proves the host is not there, or says something else',
  RATE_LIMITED: 'too many certificates were asked for this domain lately; Google tries again',
  CAA: 'a CAA record of the domain forbids Google to issue one: allow pki.goog',
  CONFIG: 'the record that proves the host is not there, or says something else',
}

function certificateCheck({ certificate, proof, host }: WayIn): Check[] {
  if (certificate === undefined) return []
  const base = { id: 'gke.certificate', title: `certificate of ${host}`, wanted: 'active' }
  if (certificate.state === 'ACTIVE') return [{ ...base, status: 'pass', found: 'active' }]
  const why = reasons[certificate.reason] ?? 'Google issues it within the hour once DNS is right'
  const hint =
    certificate.reason === 'CAA' || proof === undefined
      ? 'rtdeploy status tells how far it is'
      : `enter this where ${host} is looked after: ${proof.name}  ${proof.type}  ${proof.data}`
  return [{ ...base, status: 'warn', found: certificate.state.toLowerCase() || 'not there', why, hint }]
}
