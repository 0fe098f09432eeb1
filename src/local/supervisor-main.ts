import { Interrupted } from '../errors.ts'
import { createRealHost } from '../run/real-host.ts'
import type { SupervisorSpec } from './state.ts'
import { supervise } from './supervisor/supervisor.ts'

/** The program behind `up --target local`: `node supervisor-main.js <packageRoot> <spec.json>`. Its output goes to its log. */
async function main(): Promise<void> {
  const [packageRoot = '', specPath = ''] = process.argv.slice(2)
  const interrupt = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(signal, () => interrupt.abort(new Interrupted(signal)))
  // The log may be on a full disk: then there is nobody to tell, and that again would have no end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  // A bug must not leave processes that nobody looks after: all end together, and the log says why.
  process.on('uncaughtException', error => {
    process.stderr.write(`${error.stack}\n`)
    process.exitCode = 1
    interrupt.abort(new Interrupted('SIGTERM'))
  })
  const host = createRealHost({
    env: process.env,
    cwd: process.cwd(),
    packageRoot,
    streams: process,
    interrupted: interrupt.signal,
  })
  const text = await host.readFile(specPath)
  if (text === undefined) throw new Error(`${specPath} is not there`)
  await supervise(host, JSON.parse(text) as SupervisorSpec)
  process.exit()
}

main().catch(error => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
  process.exit(1)
})
