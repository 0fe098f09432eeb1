import { shellLine } from '../command.ts'
import { exitCodes, UserError } from '../errors.ts'
import type { ProcessInfo } from '../run/host.ts'

/** `another rtdeploy project: /home/ada/chat`, `process 4711 (node server.js)`, or `another program`. Pure. */
export function describeHolder(holder: ProcessInfo | undefined): string {
  const project = projectOf(holder)
  if (project !== undefined) return `another rtdeploy project: ${project}`
  if (holder === undefined) return 'another program'
  // A command line may hold what nobody should read: the program and what it runs are enough.
  const [program = '', script = ''] = holder.command.split(' ')
  const words = [program, ...(script.startsWith('-') ? [] : [script])]
  return `process ${holder.pid} (${words
    .map(word => word.split('/').at(-1))
    .join(' ')
    .trim()})`
}

/** A supervisor is told its project's spec: `node supervisor-main.js <package> <project>/.rtdeploy/local/spec.json`. */
function projectOf(holder: ProcessInfo | undefined): string | undefined {
  if (holder === undefined || !holder.command.includes('supervisor-main.js')) return undefined
  return / (\/.*)\/\.rtdeploy\/local\/spec\.json/.exec(
    holder.command.replace(/^.*supervisor-main\.js \S+/, ''),
  )?.[1]
}

/** What frees the port, or does without it. Pure. */
export function portHint(holder: ProcessInfo | undefined, verb: string): string {
  const project = projectOf(holder)
  const other = `rtdeploy ${verb} --port 0 takes a free one; \`local.port\` in rtdeploy.yaml sets another`
  if (project === undefined) return other
  return `${shellLine({ program: 'cd', args: [project] })} && rtdeploy down; or: ${other}`
}

/** The front door's port is somebody else's. Pure. */
export function portTaken(port: number, holder: ProcessInfo | undefined, verb: string): UserError {
  return new UserError(`port ${port} of 127.0.0.1 is taken by ${describeHolder(holder)}`, {
    code: 'port.taken',
    hint: portHint(holder, verb),
    exitCode: exitCodes.missing,
  })
}
