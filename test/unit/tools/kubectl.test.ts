import { describe, expect, it } from 'vitest'
import { type Command, Secret, shellLine } from '../../../src/command.ts'
import { buildImage, pushedDigest, pushImage } from '../../../src/tools/docker.ts'
import { changedPaths, headCommit } from '../../../src/tools/git.ts'
import {
  apiResources,
  apply,
  canI,
  containerLogs,
  contexts,
  dryRun,
  getList,
  getLive,
  getSecretField,
  kubeconfigOf,
  kubectl,
  kubectlLine,
  kustomize,
  serverVersion,
} from '../../../src/tools/kubectl.ts'
import { kubectlVersion } from '../../../src/tools/kubectl-client.ts'

const cluster = { kubeconfig: '/k', context: 'prod eu', namespace: 'chat', cache: '/c' }
const where = "kubectl --kubeconfig /k --context 'prod eu' --namespace chat"
const source = { pod: 'chat-1', container: 'app' }

describe('kubectl', () => {
  it.each<[string, Command, string]>([
    [
      'get',
      getList(cluster, ['pods,services']).command,
      `${where} get pods,services --request-timeout=20s --ignore-not-found --output json`,
    ],
    [
      'get of manifests',
      getLive(cluster, 'x').command,
      `${where} get --filename - --request-timeout=20s --ignore-not-found --output json`,
    ],
    ['apply', apply(cluster, 'x'), `${where} apply --server-side --field-manager rtdeploy --filename -`],
    [
      'apply by force',
      apply(cluster, 'x', true),
      `${where} apply --server-side --field-manager rtdeploy --force-conflicts --filename -`,
    ],
    [
      'dry run',
      dryRun(cluster, 'x', false).command,
      `${where} apply --server-side --field-manager rtdeploy --filename - --dry-run=server --request-timeout=20s --output json`,
    ],
    [
      'can-i',
      canI(cluster, 'create', 'namespaces'),
      `${where} auth can-i create namespaces --request-timeout=20s`,
    ],
    [
      'logs',
      containerLogs(cluster, source, { tail: 5, since: '10m' }),
      `${where} logs chat-1 --container app --timestamps --tail 5 --since 10m`,
    ],
    [
      'logs that follow',
      containerLogs(cluster, source, { follow: true, sinceTime: 't', previous: false }),
      `${where} logs chat-1 --container app --timestamps --since-time t --follow`,
    ],
    [
      'one field of a Secret',
      getSecretField(cluster, 'tls', 'tls.crt').command,
      `${where} get secret tls --ignore-not-found --output 'jsonpath={.data.tls\\.crt}' --request-timeout=20s`,
    ],
    ['kustomize', kustomize('/o', '/c').command, 'kubectl kustomize /o'],
    ['contexts', contexts('/c').command, 'kubectl config get-contexts --output name'],
    [
      'one context',
      kubeconfigOf('prod eu', '/c').command,
      "kubectl config view --raw --minify --flatten --context 'prod eu' --output json",
    ],
    [
      'docker build',
      buildImage({ program: 'docker', folder: '/p', platform: 'linux/arm64', tag: 'r/c:1' }),
      'docker build --platform linux/arm64 --tag r/c:1 .',
    ],
    ['podman push', pushImage('podman', 'r/c:1'), 'podman push r/c:1'],
    ['git rev-parse', headCommit('/p').command, 'git -C /p rev-parse --verify --short=12 HEAD'],
  ])('%s', (_name, command, line) => expect(shellLine(command)).toBe(line))

  it('asks no cluster for what needs none: neither the current one nor localhost:8080', () => {
    for (const { command } of [kustomize('/o', '/c'), kubectlVersion('/usr/bin/kubectl')])
      expect(command.env).toMatchObject({ KUBECONFIG: '/dev/null', KUBERNETES_MASTER: 'http://127.0.0.1:1' })
  })

  it('keeps its cache out of the home folder, and secrets out of its arguments', () => {
    const command = apply(cluster, new Secret('geheim'))
    expect(command.env).toEqual({ KUBECACHEDIR: '/c' })
    expect(JSON.stringify(command)).not.toContain('geheim')
    expect(kubectl(cluster, []).stdin).toBeUndefined()
  })

  it('is shown to people as they would type it', () => {
    expect(kubectlLine(cluster, 'describe', 'pod', 'x y')).toBe(
      "kubectl --context 'prod eu' -n chat describe pod 'x y'",
    )
  })
})

describe('what tools print', () => {
  it('is one object, a list or nothing', () => {
    const { parse } = getList(cluster, ['pods'])
    expect(parse('{"kind":"Pod"}')).toEqual([{ kind: 'Pod' }])
    expect(parse('{"kind":"List","items":[1,2]}')).toEqual([1, 2])
    expect(parse('')).toEqual([])
    expect(() => parse('Error')).toThrow('should have printed JSON')
  })

  it('is a version of the server, with a plus or without', () => {
    const text =
      '{"clientVersion":{"gitVersion":"v1.32.4"},"serverVersion":{"gitVersion":"v1.33.1-gke.1","minor":"33+"}}'
    expect(serverVersion(cluster).parse(text)).toEqual({ version: 'v1.33.1-gke.1', minor: 33 })
    expect(() => serverVersion(cluster).parse('{}')).toThrow('should name the server')
  })

  it('is a table of kinds, some with short names and some without', () => {
    const text =
      'bindings                 v1       true   Binding\ndeployments   deploy     apps/v1  true   Deployment\nnodes  no  v1  false  Node\n\n'
    expect(apiResources(cluster).parse(text)).toEqual([
      { name: 'bindings', apiVersion: 'v1', kind: 'Binding', namespaced: true },
      { name: 'deployments', apiVersion: 'apps/v1', kind: 'Deployment', namespaced: true },
      { name: 'nodes', apiVersion: 'v1', kind: 'Node', namespaced: false },
    ])
  })

  it('is the digest of the repository that was pushed to, of several', () => {
    const { parse } = pushedDigest('docker', 'localhost:5000/c:1')
    expect(parse('["other/c@sha256:1","localhost:5000/c@sha256:2"]\n')).toBe('sha256:2')
    expect(parse('[]')).toBeUndefined()
    expect(parse('null')).toBeUndefined()
  })

  it('is a list of changed paths, whatever is in their names', () => {
    expect(changedPaths('/p').parse(' M a b.ts\0?? ü\n.ts\0')).toEqual(['a b.ts', 'ü\n.ts'])
    expect(changedPaths('/p').parse('')).toEqual([])
  })
})
