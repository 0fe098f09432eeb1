import type { Config } from '../config/config.ts'
import { exitCodes, UserError } from '../errors.ts'
import { groupOf, type KubernetesObject, nameOf, referenceOf } from './object.ts'

/**
 * Kinds that are in no namespace, by their group: `kubectl api-resources --namespaced=false` of Kubernetes 1.34, of GKE,
 * and of what is often added to a cluster. A Namespace is left out: each environment has its own.
 */
const clusterWide: Readonly<Record<string, readonly string[]>> = {
  '': ['Node', 'PersistentVolume'],
  'admissionregistration.k8s.io': [
    'MutatingAdmissionPolicy',
    'MutatingAdmissionPolicyBinding',
    'MutatingWebhookConfiguration',
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
    'ValidatingWebhookConfiguration',
  ],
  'apiextensions.k8s.io': ['CustomResourceDefinition'],
  'apiregistration.k8s.io': ['APIService'],
  'cert-manager.io': ['ClusterIssuer'],
  'certificates.k8s.io': ['CertificateSigningRequest', 'ClusterTrustBundle'],
  'cloud.google.com': ['ComputeClass'],
  'external-secrets.io': ['ClusterExternalSecret', 'ClusterSecretStore'],
  'flowcontrol.apiserver.k8s.io': ['FlowSchema', 'PriorityLevelConfiguration'],
  'gateway.networking.k8s.io': ['GatewayClass'],
  'kyverno.io': ['ClusterCleanupPolicy', 'ClusterPolicy'],
  'monitoring.googleapis.com': [
    'ClusterNodeMonitoring',
    'ClusterPodMonitoring',
    'ClusterRules',
    'GlobalRules',
  ],
  'networking.k8s.io': ['IPAddress', 'IngressClass', 'ServiceCIDR'],
  'node.k8s.io': ['RuntimeClass'],
  'rbac.authorization.k8s.io': ['ClusterRole', 'ClusterRoleBinding'],
  'resource.k8s.io': ['DeviceClass', 'ResourceSlice'],
  'scheduling.k8s.io': ['PriorityClass'],
  'snapshot.storage.k8s.io': ['VolumeSnapshotClass', 'VolumeSnapshotContent'],
  'storage.k8s.io': ['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment', 'VolumeAttributesClass'],
}

interface ServedKind {
  readonly apiVersion: string
  readonly kind: string
  readonly namespaced: boolean
}

/**
 * Environments of a cluster would have these objects in common, and \`down\` of one would take them from all. Throws
 * `environment.cluster-wide` (exit 2), except for production and in a cluster that is the environment's own. Pure.
 */
export function refuseClusterWide(
  objects: readonly KubernetesObject[],
  { environment, target, gke, kubernetes }: Config,
  served: readonly ServedKind[] = [],
): void {
  if (environment === undefined) return
  if (target === 'gke' && gke !== undefined && gke.cluster === undefined) return
  const wide = objects.filter(({ apiVersion, kind }) => {
    if (kind === 'Namespace' && apiVersion === 'v1') return false
    const known = served.find(one => one.kind === kind && one.apiVersion === apiVersion)
    return known === undefined ? clusterWide[groupOf(apiVersion)]?.includes(kind) === true : !known.namespaced
  })
  const [first] = wide
  if (first === undefined) return
  const { name } = environment
  const section = target === 'gke' ? 'gke' : 'kubernetes'
  const manifests = (target === 'gke' ? gke : kubernetes)?.manifests ?? 'infra/kubernetes'
  const many = wide.length > 1 ? ` and ${wide.length - 1} more` : ''
  throw new UserError(
    `${nameOf(referenceOf(first))}${many} would be shared by ${name} and all other environments of the cluster`,
    {
      code: 'environment.cluster-wide',
      hint: `it is in no namespace, so each release and \`down\` would reach the others: take it out of ${manifests} and \`kubectl apply\` it once for the cluster; or set \`${section}.manifests: infra/${name}/kubernetes\` in environments.${name}, with a copy that is without it`,
      details: wide.map(object => nameOf(referenceOf(object))),
      exitCode: exitCodes.usage,
    },
  )
}
