import { Argument, type Command } from 'commander'
import {
  backendFlags,
  choice,
  clusterFlags,
  collect,
  contextFlag,
  environmentFlag,
  gkeFlags,
  kubernetesFlags,
  loadBalancerFlags,
  number,
  targetFlag,
  upFlags,
} from './flags.ts'
import type { Emit } from './report/events.ts'
import type { Paint } from './report/paint.ts'
import type { Report, Verb } from './report/report.ts'
import type { Host } from './run/host.ts'

/** The answer on stdout for people; verbs without one tell everything on stderr. */
export type Render = (report: Report, paint: Paint) => string

/** Remembers what to run. `define` adds the verb's flags, `load` imports its handler. */
export type Does = <Options>(
  verb: Verb,
  define: () => Command,
  load: () => Promise<(host: Host, options: Options, emit: Emit) => Promise<Report>>,
  render?: Render,
) => void

/** Every verb with its flags. */
export function defineVerbs(program: Command, does: Does): void {
  does(
    'init',
    () =>
      gkeFlags(
        kubernetesFlags(
          program
            .command('init')
            .argument('[folder]', 'where the project goes')
            .description('create a project: a chat app that runs as several replicas')
            .option('--name <name>', 'name of the app; the last part of the folder by default')
            .addOption(choice('--template <name>', 'what to start from', ['chat']))
            .addOption(
              choice('--target <target>', 'where `up` runs it first', ['local', 'kubernetes', 'gke']),
            )
            .option('--replicas <n>', 'how many replicas', number('--replicas', 1, 20))
            .option('--port <n>', 'port of the front door on this machine', number('--port', 0, 65_535))
            .option('-y, --yes', 'take the defaults, ask nothing')
            .option('--dry-run', 'say what would be written, write nothing')
            .option('--force', 'overwrite files that differ; never deletes any'),
        ),
      ),
    async () => (await import('./commands/init.ts')).init,
    planOnly,
  )
  does(
    'up',
    () =>
      upFlags(
        clusterFlags(
          program
            .command('up')
            .description('run the project on its target, wait until it is ready, verify it')
            .addOption(targetFlag())
            .option('--replicas <n>', 'how many replicas, for this run', number('--replicas', 1, 20))
            .option('--port <n>', 'port of the front door; 0 takes a free one', number('--port', 0, 65_535))
            .option('-y, --yes', 'yes to every question')
            .option(
              '--rollback-on-failure',
              'go back to the last good release when this one does not come up',
            )
            .option('--no-verify', 'do not verify at the end')
            .option('--dry-run', 'print the plan, change nothing'),
        ),
      ),
    async () => (await import('./commands/up.ts')).up,
    planOrAddress,
  )
  does(
    'plan',
    () =>
      clusterFlags(
        program
          .command('plan')
          .description('say what `up` would do: image, objects field by field; change nothing')
          .addOption(targetFlag())
          .option('--replicas <n>', 'how many replicas, for this run', number('--replicas', 1, 20))
          .option('--detailed-exitcode', 'exit 6 when there is something to do'),
      ),
    async () => (await import('./commands/plan.ts')).plan,
    planOnly,
  )
  does(
    'dev',
    () =>
      backendFlags(
        loadBalancerFlags(
          program
            .command('dev')
            .description('run it in the foreground: client with hot reload, server restarted on change')
            .option('--replicas <n>', 'how many replicas, for this run', number('--replicas', 1, 20))
            .option('--port <n>', 'port of the front door; 0 takes a free one', number('--port', 0, 65_535)),
        ),
      ),
    async () => (await import('./commands/dev.ts')).dev,
  )
  does(
    'verify',
    () =>
      contextFlag(
        program
          .command('verify')
          .argument('[url]', 'any Socket.IO v4 server; the running target when absent')
          .description('open Socket.IO connections and prove that sessions, spread and fan-out hold')
          .addOption(targetFlag()),
      )
        .option(
          '--identity <how>',
          'how a connection learns its replica: event:NAME, header:NAME, cookie:NAME, ack:NAME, none',
        )
        .option('--path <path>', 'path of the Socket.IO endpoint')
        .option('--namespace <name>', 'namespace to connect to')
        .option('--auth <json>', 'sent with CONNECT')
        .option('--send <json>', 'event and arguments of a message: \'["message","$text"]\'')
        .option('--receive <event>', 'event by which the others get the message')
        .option('--join <json>', 'event and arguments that join a room: \'["join","$room"]\'')
        .option('--header <name:value>', 'sent with each request; repeat it for more', collect)
        .option('--replicas <n>', 'how many replicas there should be', number('--replicas', 1, 1000))
        .option('--sessions <n>', 'how many sessions to open', number('--sessions', 2, 1000))
        .option('--idle <seconds>', 'how long a silent socket is held', number('--idle', 0, 86_400))
        .option('--insecure', 'accept any TLS certificate')
        .option('--html <file>', 'write one page with the timeline of every connection')
        .option('--in-cluster', 'measure from pods of the cluster too')
        .option('--disrupt <what>', 'rollout, replica, node, redis or all, with a ledger of every message')
        .option('--clients <n>', 'how many clients talk during a disruption', number('--clients', 2, 500))
        .option('-y, --yes', 'yes to every question')
        .option('--require-real', 'refuse a verdict that rests on embedded stand-ins'),
    async () => (await import('./commands/verify.ts')).verifyCommand,
  )
  does(
    'status',
    () =>
      contextFlag(
        program
          .command('status')
          .description('replicas, the way in, backends, connections, releases')
          .addOption(targetFlag()),
      ),
    async () => (await import('./commands/status.ts')).status,
    report => (report.result as { readonly text?: string } | undefined)?.text ?? '',
  )
  does(
    'logs',
    () =>
      contextFlag(program.command('logs'))
        .argument(
          '[replica]',
          'for instance chat-0; here also redis, mongo, front-door, supervisor, build, client, tools; all replicas when absent',
        )
        .description('what the replicas wrote')
        .addOption(targetFlag())
        .option('-f, --follow', 'go on with what comes')
        .option('--since <time>', 'only what is newer, for instance 10m; target kubernetes')
        .option('-n, --tail <lines>', 'last lines of each log', number('--tail', 0, 1_000_000), 200),
    async () => (await import('./commands/logs.ts')).logs,
  )
  does(
    'rollback',
    () =>
      contextFlag(
        program
          .command('rollback')
          .argument(
            '[revision]',
            'of `rtdeploy status`; the last release that came up when absent',
            number('revision', 1, 1e9),
          )
          .description('go back to an earlier release')
          .addOption(targetFlag())
          .option('--force-conflicts', 'take over fields that others manage')
          .option('-y, --yes', 'yes to every question')
          .option('--no-verify', 'do not verify at the end')
          .option('--dry-run', 'print the plan, change nothing'),
      ),
    async () => (await import('./commands/rollback.ts')).rollback,
    planOnly,
  )
  does(
    'down',
    () =>
      contextFlag(
        program
          .command('down')
          .description('end everything that `up` started')
          .addOption(targetFlag())
          .option('-y, --yes', 'yes to every question')
          .option('--delete-data', 'delete volumes too, with all that is on them')
          .option(
            '--keep-data',
            'leave the volumes, at their price; target gke, which deletes them otherwise',
          )
          .option('--dry-run', 'print the plan, change nothing'),
      ),
    async () => (await import('./commands/down.ts')).down,
    planOnly,
  )
  does(
    'doctor',
    () => environmentFlag(program.command('doctor').description(doctorText)),
    async () => (await import('./commands/doctor.ts')).doctor,
  )
  does(
    'explain',
    () =>
      program
        .command('explain')
        .argument('[rule]', 'for instance RT008; all in short when absent')
        .description('what a rule is about that a check names: trap, symptom, cause, fix'),
    async () => (await import('./commands/explain.ts')).explain,
    report => (report.result as { readonly text: string }).text,
  )
  does(
    'ci',
    () =>
      program
        .command('ci')
        .addArgument(new Argument('<service>', 'where the workflow runs').choices(['github']))
        .description('write a workflow: plan on pull requests, up on the branch; target gke')
        .option('--repository <owner/name>', 'on github.com; what the remote origin says by default')
        .option('--branch <name>', 'a push to it deploys', 'main')
        .option('--project-number <digits>', 'of the Google Cloud project; gcloud is asked by default')
        .option('--dry-run', 'say what would be written, write nothing')
        .option('--force', 'overwrite files that differ; never deletes any'),
    async () => (await import('./commands/ci.ts')).ci,
    planOnly,
  )
}

const doctorText = 'programs, versions, ports, backends; each line with its fix'

const planOnly = (report: Report) =>
  report.outcome === 'planned' ? `${(report.result as { readonly text: string }).text}\n` : ''

/** The address alone, for `url=$(rtdeploy up)`. */
const planOrAddress = (report: Report) => {
  const { url } = (report.result ?? {}) as { readonly url?: string }
  return report.outcome === 'planned' || url === undefined ? planOnly(report) : `${url}\n`
}
