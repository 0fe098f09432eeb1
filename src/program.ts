import { Command, CommanderError } from 'commander'
import { exitCodes, UserError } from './errors.ts'
import { backendFlags, choice, collect, loadBalancerFlags, number } from './flags.ts'
import type { Emit } from './report/events.ts'
import type { Paint } from './report/paint.ts'
import type { Report, Verb } from './report/report.ts'
import type { Host } from './run/host.ts'

export interface GlobalFlags {
  readonly verb: Verb
  readonly json: boolean
  readonly verbose: boolean
  readonly color: boolean | undefined
}

/** A verb with its flags, ready to run. */
export interface Invocation {
  readonly global: GlobalFlags
  handle(host: Host, emit: Emit): Promise<Report>
  /** The answer on stdout for people; verbs without one tell everything on stderr. */
  readonly render?: (report: Report, paint: Paint) => string
}

export type Parsed =
  | { readonly kind: 'exit'; readonly exitCode: number }
  | { readonly kind: 'run'; readonly invocation: Invocation }

/** Commander's own complaints in our words: exit 2 instead of its 1. */
function usageError(error: CommanderError, argv: readonly string[]): UserError {
  const [message = '', ...more] = error.message.replace(/^error: /, '').split('\n')
  const verb = argv.find(word => !word.startsWith('-'))
  const known = verb !== undefined && error.code !== 'commander.unknownCommand'
  const suggestion = more
    .join(' ')
    .replace(/^\(|\)$/g, '')
    .trim()
  return new UserError(message, {
    code: 'usage.invalid',
    hint: [suggestion, known ? `rtdeploy ${verb} --help` : 'rtdeploy --help'].filter(Boolean).join(' '),
    exitCode: exitCodes.usage,
  })
}

/** `help` for a verb that is not there. */
function noHelp(verb: string): UserError {
  const hint = 'rtdeploy --help'
  return new UserError(`unknown command '${verb}'`, {
    code: 'usage.invalid',
    hint,
    exitCode: exitCodes.usage,
  })
}

const verbs: readonly Verb[] = ['init', 'up', 'dev', 'verify', 'status', 'logs', 'down', 'doctor']

/** The whole command tree: verbs, flags, help. Handlers load when their verb runs, so that help is quick. */
export function createProgram(host: Host, argv: readonly string[]): { parse(): Promise<Parsed> } {
  let invocation: Invocation | undefined
  const named = verbs.find(verb => verb === argv.find(word => !word.startsWith('-')))
  const program = new Command('rtdeploy')
    .description('Scaffolds a realtime app, runs it behind load-balancer rules, and proves that it works.')
    .version(process.env.RTDEPLOY_VERSION ?? 'development', '-V, --version')
    .option('--json', 'one JSON document on stdout, no questions, no colour')
    .option('-v, --verbose', 'show what the tools write')
    .option('--no-color', 'plain text')
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureHelp({ helpWidth: 80, showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({ writeOut: text => host.out(text), writeErr: () => undefined })
    .addHelpText(
      'after',
      `
Examples:
  $ npx rtdeploy init chat && cd chat
  $ npx rtdeploy up                      three replicas behind a load balancer, verified
  $ npx rtdeploy up --affinity none      watch it break the way it breaks in production
  $ npx rtdeploy verify https://example.com

Exit codes: 0 done, 1 a step failed, 2 usage or config, 3 something needed is missing,
            4 another run holds the lock, 5 it runs but a check failed, 70 a bug of ours`,
    )

  /** Defines a verb and remembers to run it. `load` imports the handler. */
  const does = <Options>(
    verb: Verb,
    define: () => Command,
    load: () => Promise<(host: Host, options: Options, emit: Emit) => Promise<Report>>,
    render?: Invocation['render'],
  ) => {
    // The flags of all verbs take 3 ms to define: with a verb named, the others are not needed.
    if (named !== undefined && named !== verb) return
    const command = define()
    command.action((...given: unknown[]) => {
      const positional = command.registeredArguments.map((argument, index) => [argument.name(), given[index]])
      const flags = command.optsWithGlobals<{ json?: boolean; verbose?: boolean; color?: boolean }>()
      const options = { ...Object.fromEntries(positional), ...flags } as Options
      invocation = {
        global: {
          verb,
          json: flags.json ?? false,
          verbose: flags.verbose ?? false,
          color: flags.color === false ? false : undefined,
        },
        handle: async (given, emit) => (await load())(given, options, emit),
        ...(render === undefined ? {} : { render }),
      }
    })
  }

  does(
    'init',
    () =>
      program
        .command('init')
        .argument('[folder]', 'where the project goes')
        .description('create a project: a chat app that runs as several replicas')
        .option('--name <name>', 'name of the app; the last part of the folder by default')
        .addOption(choice('--template <name>', 'what to start from', ['chat']))
        .addOption(choice('--target <target>', 'where `up` runs it first', ['local']))
        .option('--replicas <n>', 'how many replicas', number('--replicas', 1, 20))
        .option('--port <n>', 'port of the front door on this machine', number('--port', 0, 65_535))
        .option('-y, --yes', 'take the defaults, ask nothing')
        .option('--dry-run', 'say what would be written, write nothing')
        .option('--force', 'overwrite files that differ; never deletes any'),
    async () => (await import('./commands/init.ts')).init,
    planOnly,
  )
  does(
    'up',
    () =>
      backendFlags(
        loadBalancerFlags(
          program
            .command('up')
            .description('run the project on its target, wait until it is ready, verify it')
            .addOption(choice('--target <target>', 'where to run, for this run', ['local']))
            .option('--replicas <n>', 'how many replicas, for this run', number('--replicas', 1, 20))
            .option('--port <n>', 'port of the front door; 0 takes a free one', number('--port', 0, 65_535))
            .option('--no-verify', 'do not verify at the end')
            .option('--dry-run', 'print the plan, change nothing'),
        ),
      ),
    async () => (await import('./commands/up.ts')).up,
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
      program
        .command('verify')
        .argument('[url]', 'any Socket.IO v4 server; the running target when absent')
        .description('open Socket.IO connections and prove that sessions, spread and fan-out hold')
        .option(
          '--identity <how>',
          'how a connection learns its replica: event:NAME, header:NAME, cookie:NAME, ack:NAME, none',
        )
        .option('--path <path>', 'path of the Socket.IO endpoint')
        .option('--namespace <name>', 'namespace to connect to')
        .option('--auth <json>', 'sent with CONNECT')
        .option('--header <name:value>', 'sent with each request; repeat it for more', collect)
        .option('--replicas <n>', 'how many replicas there should be', number('--replicas', 1, 1000))
        .option('--sessions <n>', 'how many sessions to open', number('--sessions', 2, 1000))
        .option('--idle <seconds>', 'how long a silent socket is held', number('--idle', 0, 86_400))
        .option('--insecure', 'accept any TLS certificate')
        .option('--html <file>', 'write one page with the timeline of every connection')
        .option('--require-real', 'refuse a verdict that rests on embedded stand-ins'),
    async () => (await import('./commands/verify.ts')).verifyCommand,
  )
  does(
    'status',
    () => program.command('status').description('replicas, front door, backends, connections'),
    async () => (await import('./commands/status.ts')).status,
    report => (report.result as { readonly text?: string } | undefined)?.text ?? '',
  )
  does(
    'logs',
    () =>
      program
        .command('logs')
        .argument('[replica]', 'for instance chat-0, redis or supervisor; all replicas when absent')
        .description('what the replicas wrote')
        .option('-f, --follow', 'go on with what comes')
        .option('-n, --tail <lines>', 'last lines of each log', number('--tail', 0, 1_000_000), 200),
    async () => (await import('./commands/logs.ts')).logs,
  )
  does(
    'down',
    () =>
      program
        .command('down')
        .description('end everything that `up` started')
        .option('--dry-run', 'print the plan, change nothing'),
    async () => (await import('./commands/down.ts')).down,
    planOnly,
  )
  does(
    'doctor',
    () =>
      program.command('doctor').description('programs, versions, ports, backends; each line with its fix'),
    async () => (await import('./commands/doctor.ts')).doctor,
  )

  return {
    parse: async () => {
      try {
        await program.parseAsync([...argv], { from: 'user' })
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error
        if (error.exitCode === 0) return { kind: 'exit', exitCode: exitCodes.done }
        if (error.code !== 'commander.help') throw usageError(error, argv)
        const stranger = argv.filter(word => !word.startsWith('-'))[1]
        if (stranger !== undefined) throw noHelp(stranger)
      }
      if (invocation !== undefined) return { kind: 'run', invocation }
      program.outputHelp()
      return { kind: 'exit', exitCode: exitCodes.done }
    },
  }
}

const planOnly = (report: Report) =>
  report.outcome === 'planned' ? `${(report.result as { readonly text: string }).text}\n` : ''
