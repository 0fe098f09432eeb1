import { createHash, randomBytes } from 'node:crypto'
import type { BalancerKind } from '../../config/config.ts'

/** Name of the cookie of a global load balancer (regional ones call it GCILB). */
export const cookieName = 'GCLB'

/**
 * Under `classic` the cookie names the endpoint. The value is only ever compared with those of the replicas in the
 * pool, so a forged one leads nowhere: it is issued anew.
 */
export function endpointCookie(address: string): string {
  return `C${createHash('sha256').update(address).digest().subarray(0, 9).toString('base64url')}`
}

/**
 * `Set-Cookie` as Google's balancers write it for GENERATED_COOKIE with a lifetime of 0: classic bare, Envoy with
 * quotes and a capital Path (Envoy's hash-policy cookie). Neither sets Secure or SameSite.
 */
export function setCookie(kind: BalancerKind, value: string): string {
  return kind === 'classic'
    ? `${cookieName}=${value}; path=/; HttpOnly`
    : `${cookieName}="${value}"; Path=/; HttpOnly`
}

/** Value of the affinity cookie in a `Cookie` header, without quotes; undefined when there is none or it is empty. */
export function readCookie(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (pair.slice(0, equals).trim() !== cookieName) continue
    const value = pair.slice(equals + 1).trim()
    const bare = value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
    if (bare !== '') return bare
  }
  return undefined
}

/** Fresh key for a client without a cookie: Envoy's is a hash in hex. */
export function newKey(): string {
  return randomBytes(8).toString('hex')
}
