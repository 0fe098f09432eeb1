import type { GkeConfig } from '../config/gke.ts'
import type { GkeNames } from '../config/gke-names.ts'
import type { WayIn } from '../kubernetes/google-way-in.ts'
import type { Host } from '../run/host.ts'
import type { Login } from '../tools/gcloud.ts'
import { type Answer, getResource } from '../tools/google-apis.ts'
import { readApi } from './gke-project.ts'

const record = (value: unknown): Answer => (typeof value === 'object' && value !== null ? { ...value } : {})

/** Undefined when the app has no host name of its own. */
export async function readWayIn(
  host: Host,
  login: Login,
  gke: GkeConfig,
  names: GkeNames,
): Promise<WayIn | undefined> {
  if (gke.host === undefined) return undefined
  const managed = gke.certificate === 'managed' && gke.entry === 'gateway'
  const read = async (api: string, path: string): Promise<Answer | undefined> => {
    const answer = await readApi(host, login, getResource(login, api, path))
    return answer?.ok === true ? answer.value : undefined
  }
  const certificates = `v1/projects/${names.project}/locations/global`
  const [address, certificate, authorization, a, aaaa] = await Promise.all([
    read('compute', `compute/v1/projects/${names.project}/global/addresses/${names.address}`),
    managed ? read('certificatemanager', `${certificates}/certificates/${names.base}-cert`) : undefined,
    managed ? read('certificatemanager', `${certificates}/dnsAuthorizations/${names.base}-host`) : undefined,
    resolve(host, gke.host, 'A'),
    resolve(host, gke.host, 'AAAA'),
  ])
  const state = record(certificate?.managed)
  const [attempt] = Array.isArray(state.authorizationAttemptInfo)
    ? state.authorizationAttemptInfo.map(record)
    : []
  const proof = record(authorization?.dnsResourceRecord)
  return {
    host: gke.host,
    address: typeof address?.address === 'string' ? address.address : undefined,
    dns: a === undefined || aaaa === undefined ? undefined : { a, aaaa },
    certificate: managed
      ? {
          state: String(state.state ?? ''),
          reason: String(attempt?.failureReason ?? record(state.provisioningIssue).reason ?? ''),
        }
      : undefined,
    proof:
      authorization === undefined
        ? undefined
        : { name: String(proof.name), type: String(proof.type), data: String(proof.data) },
  }
}

const types = { A: 1, AAAA: 28 } as const

/** As the world sees it, and not this machine's own resolver: https://developers.google.com/speed/public-dns/docs/doh/json */
async function resolve(host: Host, name: string, type: keyof typeof types): Promise<string[] | undefined> {
  const url = `https://dns.google/resolve?name=${encodeURIComponent(name)}&type=${type}`
  const answer = await host.request(url, { timeoutMs: 5000 })
  if (answer?.status !== 200) return undefined
  try {
    const { Answer: found = [] } = JSON.parse(answer.body) as {
      readonly Answer?: readonly { readonly type?: number; readonly data?: string }[]
    }
    return found.flatMap(({ type: kind, data }) => (kind === types[type] && data !== undefined ? [data] : []))
  } catch {
    return undefined
  }
}
