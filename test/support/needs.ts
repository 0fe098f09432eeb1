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
  | 'checkov'
  | 'tflint'
  | 'gcloud'

/**
 * Absolute path of an optional program, or undefined. A name listed in RTDEPLOY_TEST_REQUIRE (comma-separated) that is
 * not there throws, so that a machine which promises it cannot skip silently.
 * A path can be given by RTDEPLOY_TEST_<NAME>: RTDEPLOY_TEST_MONGO_SERVER=/path/to/serve (a program that takes
 * `--port N --dbpath DIR` and speaks MongoDB's wire protocol).
 */
export function optional(name: Optional): string | undefined {
  const variable = `RTDEPLOY_TEST_${name.toUpperCase().replaceAll('-', '_')}`
  const given = process.env[variable]
  const names = name === 'mongo-server' ? ['mongod'] : [name]
  const folders = (process.env.PATH ?? '').split(delimiter)
  const found =
    given !== undefined && given !== ''
      ? existsSync(given)
        ? given
        : undefined
      : names.flatMap(program => folders.map(folder => join(folder, program))).find(path => existsSync(path))
  if (found !== undefined) return found
  const required = (process.env.RTDEPLOY_TEST_REQUIRE ?? '').split(',').map(word => word.trim())
  if (required.includes(name)) {
    throw new Error(`RTDEPLOY_TEST_REQUIRE names ${name}, which is neither on PATH nor in ${variable}`)
  }
  const ledger = process.env.RTDEPLOY_TEST_MISSING
  if (ledger !== undefined) appendFileSync(ledger, `${name}\n`)
  return undefined
}
