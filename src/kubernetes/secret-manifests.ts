import { exitCodes, UserError } from '../errors.ts'
import type { KubernetesObject } from './object.ts'

/**
 * What is applied is also kept, ten releases long, in ConfigMaps that any reader of the namespace may read: Secrets
 * have no place in it. Throws `manifests.secret`. Pure.
 */
export function refuseSecretManifests(objects: readonly KubernetesObject[], folder: string): void {
  const found = objects.filter(object => object.kind === 'Secret').map(object => object.metadata.name)
  if (found.length === 0) return
  throw new UserError(`${folder} holds ${found.length === 1 ? 'a Secret' : 'Secrets'}: ${found.join(', ')}`, {
    code: 'manifests.secret',
    hint: 'name the keys in rtdeploy.yaml under secrets: and take the Secret out; or make it beside rtdeploy with kubectl create secret',
    exitCode: exitCodes.usage,
  })
}
