import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { shellLine } from '../../../src/command.ts'
import * as gcloud from '../../../src/tools/gcloud.ts'
import { enabledServices, heldPermissions, refusalOf } from '../../../src/tools/google-apis.ts'

const recorded = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../recorded/gcloud/528.0.0', name), 'utf8')

describe('gcloud', () => {
  it.each([
    [
      'enableServices',
      gcloud.enableServices('p', ['a.googleapis.com']),
      'gcloud services enable a.googleapis.com',
    ],
    [
      'createBucket',
      gcloud.createBucket('p', 'b', 'us-central1'),
      'gcloud storage buckets create gs://b --location=us-central1 --uniform-bucket-level-access --public-access-prevention',
    ],
    [
      'setBucket',
      gcloud.setBucket('p', 'b', { rtdeploy: 'chat', 'managed-by': 'rtdeploy' }),
      'gcloud storage buckets update gs://b --versioning --update-labels=rtdeploy=chat,managed-by=rtdeploy',
    ],
    [
      'getCredentials',
      gcloud.getCredentials('p', 'chat', 'us-central1', '/k'),
      'gcloud container clusters get-credentials chat --location=us-central1',
    ],
  ])('%s is one line to paste, in the named project and without questions', (_, command, line) => {
    expect(shellLine(command)).toBe(line)
    expect(command.env).toMatchObject({ CLOUDSDK_CORE_PROJECT: 'p', CLOUDSDK_CORE_DISABLE_PROMPTS: '1' })
  })

  it('tells account, project, endpoints and token in one answer, and hides the token', () => {
    const login = gcloud.configHelper('p').parse(recorded('config-helper.json'))
    expect(login).toMatchObject({ account: 'testbed@example.com', project: 'testbed-project' })
    expect(login.endpoints.compute).toMatch(/^http/)
    expect(login.token.reveal()).toBe('ya29.recorded')
    expect(JSON.stringify(login)).not.toContain('ya29')
  })

  it.each([
    ['none', recorded('config-helper-nobody.txt')],
    [
      'expired',
      'ERROR: (gcloud.config.config-helper) There was a problem refreshing your current auth tokens: invalid_grant',
    ],
    ['expired', 'Reauthentication failed. cannot prompt during non-interactive execution.'],
    ['failed', 'ERROR: gcloud crashed (OSError): [Errno 28] No space left on device'],
  ])('a login that is not there is %s', (problem, output) => {
    expect(gcloud.loginProblem(output)).toBe(problem)
  })
})

describe('reads of Google’s APIs', () => {
  const login = gcloud.configHelper('p').parse(recorded('config-helper.json'))

  it('go where gcloud goes', () => {
    const real = { ...login, endpoints: {} }
    expect(enabledServices(real, 'p', ['a.googleapis.com']).url).toBe(
      'https://serviceusage.googleapis.com/v1/projects/p/services:batchGet?names=projects/p/services/a.googleapis.com',
    )
    expect(enabledServices(login, 'p', []).url).toMatch(/^http:\/\/127\.0\.0\.1:8079\/serviceusage\/v1\//)
  })

  it('understand an account without any permission: the list is left out', () => {
    expect(heldPermissions(login, 'p', ['a.b.c']).parse('{}')).toEqual([])
  })

  it.each([
    [
      '{"error":{"code":403,"message":"off","status":"PERMISSION_DENIED","details":[{"reason":"SERVICE_DISABLED"}]}}',
      'SERVICE_DISABLED',
      'off',
    ],
    ['{"error":{"code":404,"message":"gone","errors":[{"reason":"notFound"}]}}', 'notFound', 'gone'],
    ['<html>proxy</html>', '', '<html>proxy</html>'],
  ])('name the reason of the refusal %s', (body, reason, message) => {
    expect(refusalOf(403, body)).toEqual({ ok: false, status: 403, reason, message })
  })
})
