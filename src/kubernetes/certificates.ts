import { X509Certificate } from 'node:crypto'
import type { Check } from '../report/report.ts'
import { type KubernetesObject, listAt, textAt } from './object.ts'

/** Secrets that hold the certificates of Gateways and Ingresses. Pure. */
export function certificateNames(objects: readonly KubernetesObject[]): string[] {
  const names = objects.flatMap(object => {
    if (object.kind === 'Gateway')
      return listAt(object, 'spec', 'listeners').flatMap(listener =>
        listAt(listener, 'tls', 'certificateRefs').flatMap(reference => textAt(reference, 'name') ?? []),
      )
    if (object.kind === 'Ingress')
      return listAt(object, 'spec', 'tls').flatMap(tls => textAt(tls, 'secretName') ?? [])
    return []
  })
  return [...new Set(names)]
}

const dayMs = 24 * 60 * 60_000
/** Let's Encrypt and Google renew 30 days before the end: what is nearer to it was not renewed. */
const soonDays = 14

/** One check a certificate: is it there, is it valid, for how long. Pure. */
export function certificateChecks(
  objects: readonly KubernetesObject[],
  certificates: ReadonlyMap<string, string>,
  now: number,
): Check[] {
  const secrets = certificateNames(objects).map(name => secretCheck(name, certificates.get(name), now))
  const managed = objects.filter(
    object => object.kind === 'ManagedCertificate' || object.kind === 'Certificate',
  )
  return [...secrets, ...managed.map(managedCheck)]
}

function secretCheck(name: string, pem: string | undefined, now: number): Check {
  const base = { id: `certificate.${name}`, title: `Certificate ${name}`, wanted: 'valid' }
  if (pem === undefined)
    return { ...base, status: 'warn', found: 'not there yet', hint: `kubectl get secret ${name}` }
  const certificate = parsePem(pem)
  if (certificate === undefined)
    return { ...base, status: 'fail', found: 'not a certificate', hint: `kubectl get secret ${name} -o yaml` }
  const left = Math.floor((Date.parse(certificate.validTo) - now) / dayMs)
  const found = `${certificate.subjectAltName?.replaceAll('DNS:', '') ?? certificate.subject}, ${left < 0 ? `over for ${-left} days` : `${left} days left`}`
  const hint = `renew it: kubectl describe secret ${name}`
  return left < 0
    ? { ...base, status: 'fail', found, hint }
    : { ...base, status: left < soonDays ? 'warn' : 'pass', found, hint }
}

function parsePem(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}

/** Google's ManagedCertificate and cert-manager's Certificate: who makes it says how far it is. */
function managedCheck(object: KubernetesObject): Check {
  const { kind, metadata } = object
  const ready = listAt(object, 'status', 'conditions').find(
    condition => textAt(condition, 'type') === 'Ready',
  )
  const state = textAt(object, 'status', 'certificateStatus') ?? textAt(ready, 'message') ?? 'no word yet'
  const well = state === 'Active' || textAt(ready, 'status') === 'True'
  const domains = listAt(object, 'status', 'domainStatus').map(
    domain => `${textAt(domain, 'domain')} ${textAt(domain, 'status')}`,
  )
  return {
    id: `certificate.${metadata.name}`,
    title: `${kind} ${metadata.name}`,
    status: well ? 'pass' : 'warn',
    wanted: 'active',
    found: [state, ...domains].join(', '),
    ...(well ? {} : { hint: 'its DNS name has to lead to the address of the way in; that may take an hour' }),
  }
}
