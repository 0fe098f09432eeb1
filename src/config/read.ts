import { dirname, join, relative } from 'node:path'
import { exitCodes, UserError } from '../errors.ts'
import type { Host } from '../run/host.ts'
import type { Config } from './config.ts'
import { parseConfig } from './parse.ts'

type ConfigHost = Pick<Host, 'cwd' | 'kindOf' | 'readFile'>

/** Where a project says how it is run. */
export function configPath(folder: string): string {
  return join(folder, 'rtdeploy.yaml')
}

/**
 * rtdeploy.yaml of a project's folder, checked; of production unless an environment is named.
 * Throws a `UserError` (exit 2) when there is none, when it cannot be read, and with all that is wrong in it.
 */
export async function readConfig(host: ConfigHost, folder: string, environment?: string): Promise<Config> {
  const path = configPath(folder)
  const within = relative(host.cwd, path)
  const shown = within.startsWith('..') ? path : within
  const kind = await host.kindOf(path)
  if (kind === undefined) throw await missing(host, folder)
  const text = kind === 'folder' || kind === 'other' ? undefined : await readText(host, path, shown)
  if (text === undefined) {
    throw new UserError(`${shown} is not a file`, {
      code: 'config.unreadable',
      hint: `move it away, then make one: rtdeploy init`,
      exitCode: exitCodes.usage,
    })
  }
  return parseConfig(text, shown, environment)
}

async function readText(host: ConfigHost, path: string, shown: string): Promise<string | undefined> {
  try {
    return await host.readFile(path)
  } catch (cause) {
    throw new UserError(
      `${shown} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        code: 'config.unreadable',
        hint: `make it readable: chmod u+r ${shown}`,
        exitCode: exitCodes.usage,
        cause,
      },
    )
  }
}

async function missing(host: ConfigHost, folder: string): Promise<UserError> {
  const above = await projectAbove(host, folder)
  const other = (await host.kindOf(join(folder, 'rtdeploy.yml'))) === 'file'
  return new UserError(`no rtdeploy.yaml in ${folder}`, {
    code: 'config.missing',
    hint: other
      ? 'its name ends in .yaml: mv rtdeploy.yml rtdeploy.yaml'
      : above === undefined
        ? 'go to the folder of a project, or make one: rtdeploy init'
        : `the project is above: cd ${relative(folder, above)}`,
    exitCode: exitCodes.usage,
  })
}

async function projectAbove(host: ConfigHost, folder: string): Promise<string | undefined> {
  for (let at = dirname(folder); at !== dirname(at); at = dirname(at)) {
    if ((await host.kindOf(configPath(at))) === 'file') return at
  }
  return undefined
}
