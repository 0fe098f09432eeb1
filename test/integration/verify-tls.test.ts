import { describe, expect, it } from 'vitest'
import { exitCodes } from '../../src/errors.ts'
import { optional } from '../support/needs.ts'
import { runCli, temporaryFolder } from '../support/run-cli.ts'
import { makeCertificate } from '../support/socketio-certificate.ts'
import { startReplicas } from '../support/socketio-replicas.ts'
import { runVerify, verifyError } from '../support/socketio-verify.ts'

const openssl = optional('openssl') ?? ''
const here = ['DNS:localhost', 'IP:127.0.0.1']

describe.skipIf(openssl === '')('verify over TLS', () => {
  it('refuses a self-signed certificate and takes it with --insecure', async () => {
    await using folder = await temporaryFolder()
    const tls = makeCertificate(openssl, folder.path, { names: here, days: 2 })
    await using replicas = await startReplicas({ count: 1, tls })
    const url = `https://127.0.0.1:${replicas.ports[0]}`
    const error = await verifyError({ url })
    expect(error).toMatchObject({ code: 'target.tls', exitCode: exitCodes.missing })
    expect(error.message).toContain('self-signed')
    expect(error.hint).toContain('--insecure')
    const run = await runVerify({ url, insecureTls: true, expectedReplicas: 1 })
    expect(run.withStatus('fail')).toEqual([])
    expect(run.withStatus('pass')).toContain('handshake.upgrade')
  })

  it('says that a certificate has expired', async () => {
    await using folder = await temporaryFolder()
    const tls = makeCertificate(openssl, folder.path, { names: here, days: -1 })
    await using replicas = await startReplicas({ count: 1, tls })
    const error = await verifyError({ url: `https://127.0.0.1:${replicas.ports[0]}` })
    expect(error.message).toContain('has expired')
  })

  it('says that a certificate is for another host', async () => {
    await using folder = await temporaryFolder()
    const tls = makeCertificate(openssl, folder.path, { names: ['DNS:chat.example.com'], days: 2 })
    await using replicas = await startReplicas({ count: 1, tls })
    const run = await runCli(['verify', `https://localhost:${replicas.ports[0]}`], {
      cwd: folder.path,
      env: { NODE_EXTRA_CA_CERTS: tls.certPath },
      killAfterMs: 25_000,
    })
    expect(run.stderr).toContain('its certificate is for another host')
    expect(run.exitCode).toBe(exitCodes.missing)
  })

  it('says that http is spoken where https was asked for', async () => {
    await using replicas = await startReplicas({ count: 1 })
    const error = await verifyError({ url: `https://127.0.0.1:${replicas.ports[0]}` })
    expect(error).toMatchObject({ code: 'target.tls', hint: `use http://127.0.0.1:${replicas.ports[0]}` })
    expect(error.details).toEqual([expect.stringMatching(/^OpenSSL: [a-z ]+$/)])
  })

  it('suggests https where http gets no answer', async () => {
    await using folder = await temporaryFolder()
    const tls = makeCertificate(openssl, folder.path, { names: here, days: 2 })
    await using replicas = await startReplicas({ count: 1, tls })
    const error = await verifyError({ url: `http://127.0.0.1:${replicas.ports[0]}` })
    expect(error.code).toBe('target.unreachable')
    expect(error.hint).toContain(`https://127.0.0.1:${replicas.ports[0]}`)
  })
})
