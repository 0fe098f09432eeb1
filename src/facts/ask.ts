import type { Query } from '../command.ts'
import type { Host } from '../run/host.ts'

/** What a query found; undefined when the program is not there, fails, or does not answer in time. */
export async function ask<T>(host: Host, query: Query<T>, timeoutMs: number): Promise<T | undefined> {
  const ran = await host.run(query.command, { timeoutMs, signal: host.interrupted })
  host.interrupted.throwIfAborted()
  return ran.exitCode === 0 ? query.parse(ran.stdout) : undefined
}
