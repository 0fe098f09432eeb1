import { dirname, resolve } from 'node:path'
import { production } from '../config/environments.ts'
import { exitCodes, UserError } from '../errors.ts'
import { ownPage } from '../local/sources.ts'
import { voiceOf } from '../report/environment.ts'
import type { Report } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import type { Observations } from '../verify/observations.ts'

/** Where the page of `--html` goes, refused before anything is measured: nothing that is there is lost, no folder is made. */
export async function pagePath(host: Host, file: string): Promise<string> {
  const path = resolve(host.cwd, file)
  const refuse = (message: string, hint: string) =>
    new UserError(message, { code: 'page.blocked', hint, exitCode: exitCodes.usage })
  const kind = await host.kindOf(path)
  if (kind === 'folder')
    throw refuse(`--html takes a file, and ${path} is a folder`, `--html ${resolve(path, 'report.html')}`)
  if (kind !== undefined && !ownPage.test((await host.readFile(path)) ?? ''))
    throw refuse(`${path} is there, and it is no page of rtdeploy`, 'name another file: --html report.html')
  const folder = dirname(path)
  if ((await host.kindOf(folder)) === undefined)
    throw refuse(`the folder of --html is not there: ${folder}`, `mkdir -p ${folder}`)
  return path
}

/** One self-contained page of what was measured, with the commands of the environment. */
export async function writePage(
  host: Host,
  path: string,
  report: Report,
  observations: Observations,
  environment: string | undefined,
): Promise<void> {
  const { renderHtml } = await import('../report/html.ts')
  const version = process.env.RTDEPLOY_VERSION ?? 'development'
  const voice = voiceOf(environment === production ? undefined : environment)
  await host.writeFile(path, renderHtml(voice.report(report), observations, { at: host.now(), version }))
}
