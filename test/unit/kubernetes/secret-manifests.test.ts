import { expect, it } from 'vitest'
import { refuseSecretManifests } from '../../../src/kubernetes/secret-manifests.ts'

const object = (kind: string) => ({ apiVersion: 'v1', kind, metadata: { name: 'chat' } })

it('keeps Secrets out of the manifests: what is applied is kept where any reader of the namespace sees it', () => {
  expect(() => refuseSecretManifests([object('Service'), object('Secret')], 'infra/kubernetes')).toThrow(
    'infra/kubernetes holds a Secret: chat',
  )
  expect(() => refuseSecretManifests([object('Service')], 'infra/kubernetes')).not.toThrow()
})
