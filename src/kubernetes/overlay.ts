import { stringify } from 'yaml'
import { labels, manager, recordNames } from './names.ts'

/** What differs between the manifests in the user's hands and one release of them. */
export interface Overlay {
  readonly name: string
  readonly namespace: string
  /** The manifests' folder, relative to the overlay's. */
  readonly base: string
  readonly image: { readonly repository: string; readonly tag?: string; readonly digest?: string }
  /** Laid over the ConfigMap `<name>-config`; no secrets. */
  readonly env: Readonly<Record<string, string>>
}

/**
 * The kustomization.yaml of a release: namespace, image, labels, environment. Pure.
 * What kustomize cannot decide, whether an autoscaler owns the replicas for instance, is `stampObjects`' business.
 */
export function formatOverlay({ name, namespace, base, image, env }: Overlay): string {
  const { repository, tag, digest } = image
  const config = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: recordNames(name).config },
    data: env,
  }
  const patches = Object.keys(env).length === 0 ? [] : [patchOf(config)]
  return stringify({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [base],
    namespace,
    images: [
      { name, newName: repository, ...(digest === undefined ? { newTag: tag ?? 'latest' } : { digest }) },
    ],
    labels: [{ pairs: { [labels.managedBy]: manager, [labels.app]: name }, includeSelectors: false }],
    ...(patches.length === 0 ? {} : { patches }),
  })
}

const patchOf = (object: { readonly kind: string; readonly metadata: { readonly name: string } }) => ({
  target: { version: 'v1', kind: object.kind, name: object.metadata.name },
  patch: JSON.stringify(object),
})
