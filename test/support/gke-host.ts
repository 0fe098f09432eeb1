import type { Host } from '../../src/run/host.ts'
import { createRealHost } from '../../src/run/real-host.ts'
import { packageRoot } from './run-cli.ts'

/** The real host with an environment of the test's own; what it says goes nowhere. */
export function gkeHost(env: Readonly<Record<string, string | undefined>>, cwd: string): Host {
  const stream = { write: () => true, isTTY: false, columns: 80 }
  return createRealHost({
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    cwd,
    packageRoot,
    streams: { stdin: { isTTY: false }, stdout: stream, stderr: stream },
    interrupted: new AbortController().signal,
  } as unknown as Parameters<typeof createRealHost>[0])
}
