import { basename, isAbsolute, join } from 'node:path'
import { Secret } from '../command.ts'
import { exitCodes, UserError } from '../errors.ts'
import { fromEnvironment } from '../kubernetes/given-secrets.ts'
import { type GivenSecret, parseSecretsFile } from '../kubernetes/secrets.ts'
import type { Host } from '../run/host.ts'
import { wouldCommit } from '../tools/git.ts'
import { ask } from './ask.ts'
import { clusterPaths } from './cluster-connection.ts'

/**
 * Values that the person gives for secrets: from the environment, else from a file of `NAME=value` lines outside git,
 * `.rtdeploy/secrets.env`, or the one of the environment, unless another is named. Throws `secrets.in-git` and `secrets.missing-file` (exit 2).
 */
export async function readGivenSecrets(
  host: Host,
  project: string,
  wanted: readonly string[],
  file: string | undefined,
  environment?: string,
): Promise<Map<string, GivenSecret>> {
  const given = await readSecretsFile(host, project, file, environment)
  const found = new Map<string, GivenSecret>()
  for (const name of wanted) {
    const value = host.env[name]
    const other = given.get(name)
    if (value !== undefined && value !== '')
      found.set(name, { value: new Secret(value), from: fromEnvironment })
    else if (other !== undefined) found.set(name, other)
  }
  return found
}

async function readSecretsFile(
  host: Host,
  project: string,
  file: string | undefined,
  environment: string | undefined,
) {
  const { secrets } = clusterPaths(project, environment)
  const path = file === undefined ? secrets : isAbsolute(file) ? file : join(host.cwd, file)
  const text = await host.readFile(path)
  const shown = file ?? `.rtdeploy/${basename(secrets)}`
  if (text === undefined) {
    if (file === undefined) return new Map<string, GivenSecret>()
    throw new UserError(`there is no file ${shown}`, {
      code: 'secrets.missing-file',
      hint: 'a file with a line NAME=value for each secret, outside git',
      exitCode: exitCodes.usage,
    })
  }
  if ((await ask(host, wouldCommit(project, path), 5000)) === true) {
    throw new UserError(`git would take ${shown} into a commit, with the secrets in it`, {
      code: 'secrets.in-git',
      hint: `echo ${shown} >> .gitignore; when it is committed already, change the secrets too`,
      exitCode: exitCodes.usage,
    })
  }
  return parseSecretsFile(text, shown)
}

/** Asks for what nobody gave; without a terminal throws `secrets.missing` (exit 2) with all that is missing. */
export async function askSecrets(host: Host, missing: readonly string[]): Promise<Map<string, GivenSecret>> {
  const given = new Map<string, GivenSecret>()
  if (missing.length === 0) return given
  if (!host.terminal.canAsk) {
    throw new UserError(
      `no value for ${missing.length === 1 ? 'the secret' : 'the secrets'} ${missing.join(', ')}`,
      {
        code: 'secrets.missing',
        hint: `set ${missing.join(', ')} in the environment, or write NAME=value lines into .rtdeploy/secrets.env`,
        exitCode: exitCodes.usage,
      },
    )
  }
  for (const name of missing) {
    given.set(name, {
      value: new Secret(await host.askSecret(`Value of the secret ${name}`)),
      from: 'your answer',
    })
  }
  return given
}
