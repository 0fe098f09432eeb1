import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { snapshotKinds } from '../../src/kubernetes/snapshot.ts'
import { packageRoot } from '../support/run-cli.ts'
import { type ClusterProject, clusterProject, kubeconfig, manifests, repository } from './support/project.ts'

const app = `${manifests}/app.yaml`
const setEnv = (name: string, value: string) => (text: string) =>
  text.replace('  PORT: "3000"\n', `  PORT: "3000"\n  ${name}: "${value}"\n`)

interface Fault {
  readonly name: string
  readonly prepare: (project: ClusterProject) => void | Promise<void>
  readonly code: string
  readonly says: readonly (string | RegExp)[]
  readonly args?: readonly string[]
  readonly after?: (project: ClusterProject) => Promise<unknown>
}

const inNamespace = async (project: ClusterProject, manifest: string) => {
  await project.kubectl('create', 'namespace', project.namespace)
  await project.apply(manifest)
}

const faults: readonly Fault[] = [
  {
    name: 'an image that the registry does not have',
    prepare: () => undefined,
    args: ['--image', `IMAGE@sha256:${'0'.repeat(64)}`],
    code: 'rollout.image-pull',
    says: ['the registry does not have it', /hint: kubectl --context \S+ -n rtd-\w+ describe pod tiny-/],
  },
  {
    name: 'an app that crashes, with its last words',
    prepare: project => project.edit(app, setEnv('FAULT', 'crash')),
    code: 'rollout.crash',
    says: [
      'container app ends with exit code 7',
      'the database of dreams is not there',
      /hint: kubectl .* logs tiny-\S+ -c app --previous/,
    ],
  },
  {
    name: 'an app that needs more memory than its limit',
    prepare: project => project.edit(app, setEnv('FAULT', 'memory')),
    code: 'rollout.out-of-memory',
    says: ['needs more memory than its limit of 192Mi'],
  },
  {
    name: 'a program that the image does not have',
    prepare: project =>
      project.edit(app, text =>
        text.replace(
          '          ports:\n            - name: http\n',
          '          command: [no-such-program]\n          ports:\n            - name: http\n',
        ),
      ),
    code: 'rollout.container-start',
    says: ['no-such-program'],
  },
  {
    name: 'a readiness probe, with what it answered',
    prepare: project => project.edit(app, setEnv('FAULT', 'never-ready')),
    code: 'rollout.probe',
    says: ['the readiness probe of container app fails', '503'],
  },
  {
    name: 'a liveness probe that ends the container',
    prepare: project =>
      project.edit(app, text =>
        text.replace(
          '          readinessProbe:',
          '          livenessProbe:\n            httpGet:\n              path: /livez\n              port: 4444\n            periodSeconds: 1\n            failureThreshold: 2\n          readinessProbe:\n            initialDelaySeconds: 60',
        ),
      ),
    code: 'rollout.probe',
    says: ['the liveness probe of container app fails', 'connection refused'],
  },
  {
    name: 'pods that no node has room for',
    prepare: project => project.edit(app, text => text.replace('cpu: 20m', 'cpu: "100"')),
    code: 'rollout.unschedulable',
    says: ['Insufficient cpu'],
  },
  {
    name: 'a Secret that is not there',
    prepare: project =>
      project.edit(app, text => text.replace('name: tiny-secrets', 'name: of-somebody-else')),
    code: 'rollout.config-missing',
    says: ['secret "of-somebody-else" not found'],
  },
  {
    name: 'a volume that nobody makes',
    prepare: project => {
      project.edit(app, text =>
        text
          .replace(
            '      containers:\n',
            '      volumes:\n        - name: data\n          persistentVolumeClaim:\n            claimName: tiny-data\n      containers:\n',
          )
          .concat(
            '---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: tiny-data\nspec:\n  storageClassName: of-dreams\n  accessModes: [ReadWriteOnce]\n  resources:\n    requests:\n      storage: 1Gi\n',
          ),
      )
    },
    code: 'rollout.volume',
    says: ['tiny-data', 'of-dreams'],
  },
  {
    name: 'a quota that leaves no room for pods',
    prepare: project =>
      inNamespace(
        project,
        'apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: small }\nspec: { hard: { pods: "0" }, scopes: [NotTerminating] }\n',
      ),
    code: 'rollout.quota',
    says: ['quota small', 'pods=0', /hint: kubectl .* describe resourcequota/],
  },
  {
    name: 'a webhook that does not answer',
    prepare: project =>
      inNamespace(
        project,
        `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: ${project.namespace} }
webhooks:
  - name: pods.example.com
    clientConfig: { service: { name: of-dreams, namespace: ${project.namespace} } }
    rules: [{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
    namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ${project.namespace} } }
    failurePolicy: Fail
    sideEffects: None
    admissionReviewVersions: [v1]
`,
      ),
    after: project => project.kubectl('delete', 'validatingwebhookconfiguration', project.namespace),
    code: 'rollout.webhook-down',
    says: ['webhook pods.example.com does not answer'],
  },
  {
    name: 'a policy that refuses the pods',
    prepare: project =>
      inNamespace(
        project,
        `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: ${project.namespace} }
spec:
  matchConstraints:
    namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ${project.namespace} } }
    resourceRules: [{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
  validations: [{ expression: "has(object.metadata.labels.team)", message: "every pod needs a team" }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: ${project.namespace} }
spec: { policyName: ${project.namespace}, validationActions: [Deny] }
`,
      ),
    after: project =>
      project.kubectl(
        'delete',
        `validatingadmissionpolicy/${project.namespace}`,
        `validatingadmissionpolicybinding/${project.namespace}`,
      ),
    code: 'rollout.webhook',
    says: ['every pod needs a team'],
  },
  {
    name: 'pods that Pod Security does not let in',
    prepare: project =>
      project.edit(app, text => text.replace('            allowPrivilegeEscalation: false\n', '')),
    code: 'rollout.pod-security',
    says: ['restricted', 'allowPrivilegeEscalation'],
  },
]

/** What the cluster said, for the tables of test/unit/kubernetes: RTDEPLOY_RECORD=1 writes it anew. */
async function recordSnapshot(project: ClusterProject, code: string): Promise<void> {
  if (process.env.RTDEPLOY_RECORD === undefined) return
  const [objects, events] = await Promise.all([
    project.kubectl('get', snapshotKinds, '--output', 'json'),
    project.kubectl('get', 'events', '--output', 'json'),
  ])
  const folder = join(packageRoot, 'test/recorded/kubectl')
  mkdirSync(folder, { recursive: true })
  const text = JSON.stringify(
    { objects: JSON.parse(objects).items, events: JSON.parse(events).items },
    (key, value) => (key === 'managedFields' ? undefined : value),
    1,
  )
  writeFileSync(
    join(folder, `${code}.json`),
    `${text.replaceAll(project.namespace, 'tiny-test').replaceAll(repository(), 'registry.example.com/team/tiny')}\n`,
  )
}

describe.skipIf(kubeconfig === undefined)(
  'up says why it does not come up:',
  { timeout: 300_000, concurrent: true },
  () => {
    it.each(faults.map(fault => [fault.name, fault] as const))('%s', async (_name, fault) => {
      await using project = clusterProject()
      await fault.prepare(project)
      const args = (fault.args ?? []).map(arg => arg.replace('IMAGE', project.image.split('@')[0] ?? ''))
      const run = await project.run(['up', '--no-verify', ...args]).finally(() => fault.after?.(project))
      expect(`${run.exitCode} ${run.stderr}`).toMatch(/^1 /)
      expect(run.stderr).toContain(`code: ${fault.code}`)
      for (const words of fault.says) expect(run.stderr).toMatch(words)
      await recordSnapshot(project, fault.code)
    })

    it('no Docker, before anything is made', async () => {
      await using project = clusterProject({ build: true })
      const run = await project.run(['up', '--no-verify'], { DOCKER_HOST: 'tcp://127.0.0.1:9' })
      expect(`${run.exitCode} ${run.stderr}`).toMatch(/^3 [\s\S]*code: docker\.missing/)
      expect(await project.kubectl('get', 'namespace', project.namespace, '--ignore-not-found')).toBe('')
    })
  },
)
