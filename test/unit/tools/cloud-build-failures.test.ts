import { describe, expect, it } from 'vitest'
import { builderAccount, builderRefused, isBuilderRefused } from '../../../src/tools/cloud-build-failures.ts'
import { newestBuild } from '../../../src/tools/google-apis.ts'
import { login } from '../../support/login.ts'

const submit = '$ gcloud builds submit . --tag=r/app:1'
const source =
  "  ERROR: (gcloud.builds.submit) INVALID_ARGUMENT: could not resolve source: googleapi: Error 403: 123-compute@developer.gserviceaccount.com does not have storage.objects.get access to the Google Cloud Storage object. Permission 'storage.objects.get' denied on resource (or it may not exist)., forbidden"
const push =
  'denied: Permission "artifactregistry.repositories.uploadArtifacts" denied on resource "projects/p" (or it may not exist)'
const failed = (code: string, message: string, ...details: readonly string[]) => ({ code, message, details })

describe('an account of Cloud Build without a role', () => {
  it.each([
    ['cannot read the source', failed('tool.failed', 'gcloud exited with 1', submit, source)],
    [
      'may not be used',
      failed(
        'tool.failed',
        'gcloud exited with 1',
        submit,
        'ERROR: PERMISSION_DENIED: The caller does not have permission',
      ),
    ],
    ['cannot push', failed('image.build-failed', `Cloud Build could not build r/app:1: ${push}`)],
    [
      'cannot push, by its kind',
      failed('image.build-failed', 'Cloud Build could not build r/app:1: push: PUSH_NOT_AUTHORIZED'),
    ],
  ])('%s', (_, error) => {
    expect(isBuilderRefused(error)).toBe(true)
  })

  it.each([
    [
      'a build that fails',
      failed('image.build-failed', 'Cloud Build could not build r/app:1: step 0 failed'),
    ],
    ['a full disk', failed('tool.failed', 'gcloud exited with 1', submit, 'No space left on device')],
    ['a push of our own', failed('tool.failed', 'docker exited with 1', '$ docker push r/app:1', push)],
    [
      'a Terraform',
      failed(
        'tool.failed',
        'terraform exited with 1',
        '$ terraform apply',
        'The caller does not have permission',
      ),
    ],
  ])('is not what %s is about', (_, error) => {
    expect(isBuilderRefused(error)).toBe(false)
  })

  it('is named, with one command that helps', () => {
    expect(builderAccount(source, '456')).toBe('123-compute@developer.gserviceaccount.com')
    expect(builderAccount(push, '456')).toBe('456-compute@developer.gserviceaccount.com')
    expect(builderAccount(push, undefined)).toBe('NUMBER-compute@developer.gserviceaccount.com')
    expect(builderRefused('my-project', '456-compute@developer.gserviceaccount.com')).toMatchObject({
      message: expect.stringContaining('456-compute@developer.gserviceaccount.com'),
      hint: 'gcloud projects add-iam-policy-binding my-project --member=serviceAccount:456-compute@developer.gserviceaccount.com --role=roles/cloudbuild.builds.builder',
      exitCode: 3,
    })
  })

  it('is seen in what the API says of the build', () => {
    const detail = (failureInfo: unknown) =>
      newestBuild(login, 'p', 't').parse(
        JSON.stringify({ builds: [{ status: 'FAILURE', images: ['t'], statusDetail: 'no', failureInfo }] }),
      )?.detail
    expect(detail({ type: 'PUSH_NOT_AUTHORIZED', detail: 'push' })).toBe('push: PUSH_NOT_AUTHORIZED')
    expect(detail({ type: 'USER_BUILD_STEP', detail: 'step 0 failed' })).toBe('step 0 failed')
    expect(detail(undefined)).toBe('no')
  })
})
