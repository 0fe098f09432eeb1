import { execFileSync } from 'node:child_process'
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
  | 'gcloud'

/**
 * Absolute path of an optional program, or undefined. A name listed in RTDEPLOY_TEST_REQUIRE (comma-separated) that is
 * not there throws, so that a machine which promises it cannot skip silently.
 * A path can be given by RTDEPLOY_TEST_<NAME>: RTDEPLOY_TEST_MONGO_SERVER=/path/to/serve (a program that takes
 * `--port N --dbpath DIR` and speaks MongoDB's wire protocol).
 * `cluster` is the kubeconfig of a cluster that tests may use, from RTDEPLOY_TEST_KUBECONFIG or KUBECONFIG.
 * `docker` means more than the program: an engine that answers, the one that DOCKER_HOST or the current context names.
 */
export function optional(name: Optional): string | undefined {
  const variable = `RTDEPLOY_TEST_${name.toUpperCase().replaceAll('-', '_')}`
  const given =
    name === 'cluster'
      ? (process.env.RTDEPLOY_TEST_KUBECONFIG ?? process.env.KUBECONFIG)
      : process.env[variable]
  const names = name === 'mongo-server' ? ['mongod'] : [name]
  const folders = (process.env.PATH ?? '').split(delimiter)
  const found =
    given !== undefined && given !== ''
      ? existsSync(given)
        ? given
        : undefined
      : names.flatMap(program => folders.map(folder => join(folder, program))).find(path => existsSync(path))
  if (found !== undefined && (name !== 'docker' || engineAnswers(found))) return found
  const required = (process.env.RTDEPLOY_TEST_REQUIRE ?? '').split(',').map(word => word.trim())
  if (required.includes(name)) {
    throw new Error(
      found === undefined
        ? `RTDEPLOY_TEST_REQUIRE names ${name}, which is neither on PATH nor in ${variable}`
        : `RTDEPLOY_TEST_REQUIRE names ${name}, but no engine answers ${found}`,
    )
  }
  const ledger = process.env.RTDEPLOY_TEST_MISSING
  if (ledger !== undefined) appendFileSync(ledger, `${name}\n`)
  return undefined
}

function engineAnswers(docker: string): boolean {
  try {
    const options = { timeout: 10_000, stdio: 'pipe', encoding: 'utf8' } as const
    return execFileSync(docker, ['version', '--format', '{{.Server.Version}}'], options).trim() !== ''
  } catch {
    return false
  }
}
