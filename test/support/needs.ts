import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Programs that tests can use but a machine need not have. */
export type Optional =
  | 'redis-server'
  | 'haproxy'
  | 'chromium'
  | 'mongo-server'
  | 'docker'
  | 'node22'
  | 'node24'
  | 'tmux'
  | 'openssl'
  | 'terraform'
  | 'cluster'
  | 'kubectl'
  | 'kube-score'
  | 'kubeconform'
  | 'checkov'
  | 'tflint'
  | 'actionlint'
  | 'gcloud'
  | 'node-killer'

/**
 * Absolute path of an optional program, or undefined. A name listed in RTDEPLOY_TEST_REQUIRE (comma-separated) that is
 * not there throws, so that a machine which promises it cannot skip silently.
 * A path can be given by RTDEPLOY_TEST_<NAME>: RTDEPLOY_TEST_MONGO_SERVER=/path/to/serve (a program that takes
 * `--port N --dbpath DIR` and speaks MongoDB's wire protocol).
 * `docker` means more than the program: an engine that answers, the one that DOCKER_HOST or the current context names.
 * `cluster` is the kubeconfig of a cluster that answers and that tests may use, from RTDEPLOY_TEST_CLUSTER or
 * KUBECONFIG; the file alone promises nothing, for it outlives a cluster that was stopped.
 */
export function optional(name: Optional): string | undefined {
  const variable = variableOf(name)
  const set = process.env[variable] || (name === 'cluster' ? process.env.KUBECONFIG : undefined)
  const found = set ? [set].find(path => existsSync(path)) : onPath(name === 'mongo-server' ? 'mongod' : name)
  if (found === undefined) return missing(name, `which is neither on PATH nor in ${variable}`)
  return answers(name, found) ? found : missing(name, `but none answers by ${found}`)
}

/**
 * A repository of images that this machine may push to and the cluster may pull from: RTDEPLOY_TEST_IMAGE. Who requires
 * the cluster requires it too.
 */
export function optionalImage(): string | undefined {
  const why = `and ${variableOf('image')} does not say where its images go`
  return (
    process.env[variableOf('image')] || missing(required().includes('cluster') ? 'cluster' : 'image', why)
  )
}

const variableOf = (name: string): string => `RTDEPLOY_TEST_${name.toUpperCase().replaceAll('-', '_')}`

function onPath(program: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map(folder => join(folder, program)).find(path => existsSync(path))
}

const required = (): string[] => (process.env.RTDEPLOY_TEST_REQUIRE ?? '').split(',').map(word => word.trim())

function missing(name: string, why: string): undefined {
  if (required().includes(name)) throw new Error(`RTDEPLOY_TEST_REQUIRE names ${name}, ${why}`)
  const ledger = process.env.RTDEPLOY_TEST_MISSING
  if (ledger !== undefined) appendFileSync(ledger, `${name}\n`)
  return undefined
}

function answers(name: Optional, found: string): boolean {
  if (name === 'docker') return engineAnswers(found)
  return name !== 'cluster' || clusterAnswers(found)
}

function clusterAnswers(kubeconfig: string): boolean {
  const args = ['--kubeconfig', kubeconfig, '--request-timeout=10s', 'get', '--raw', '/readyz']
  return spawnSync('kubectl', args, { timeout: 20_000 }).status === 0
}

function engineAnswers(docker: string): boolean {
  try {
    const options = { timeout: 10_000, stdio: 'pipe', encoding: 'utf8' } as const
    return execFileSync(docker, ['version', '--format', '{{.Server.Version}}'], options).trim() !== ''
  } catch {
    return false
  }
}
