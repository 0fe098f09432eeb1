import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Certificate {
  readonly key: string
  readonly cert: string
  readonly certPath: string
}

/** A self-signed certificate by openssl, written into `folder`; with `days` -1 it expired yesterday. */
export function makeCertificate(
  openssl: string,
  folder: string,
  { names, days }: { readonly names: readonly string[]; readonly days: number },
): Certificate {
  const path = (name: string): string => join(folder, name)
  const run = (...args: string[]): void => {
    execFileSync(openssl, args, { cwd: folder, stdio: 'ignore' })
  }
  writeFileSync(path('ext'), `subjectAltName=${names.join(',')}\n`)
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  run('req', '-new', ...curve, '-keyout', 'key.pem', '-out', 'request.pem', '-subj', '/CN=rtdeploy test')
  const signing = ['-signkey', 'key.pem', '-days', String(days), '-extfile', 'ext', '-out', 'cert.pem']
  run('x509', '-req', '-in', 'request.pem', ...signing)
  return {
    key: readFileSync(path('key.pem'), 'utf8'),
    cert: readFileSync(path('cert.pem'), 'utf8'),
    certPath: path('cert.pem'),
  }
}
