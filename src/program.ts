import { Command, CommanderError } from 'commander'
import { exitCodes, UserError } from './errors.ts'
import type { Emit } from './report/events.ts'
import type { Report, Verb } from './report/report.ts'
import type { Host } from './run/host.ts'
import { type Does, defineVerbs, type Render } from './verbs.ts'

export interface GlobalFlags {
  readonly verb: Verb
  readonly json: boolean
  /** What --env names; undefined for production. */
  readonly environment: string | undefined
  readonly verbose: boolean
  readonly color: boolean | undefined
}

/** A verb with its flags, ready to run. */
export interface Invocation {
  readonly global: GlobalFlags
  handle(host: Host, emit: Emit): Promise<Report>
  readonly render?: Render
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

/** What a flag takes is in the help of its verb. */
function withHelpOf({ message, code, exitCode }: UserError, verb: Verb): UserError {
  return new UserError(message, { code, hint: `rtdeploy ${verb} --help`, exitCode })
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

const verbs: readonly Verb[] = [
  'init',
  'up',
  'plan',
  'dev',
  'verify',
  'status',
  'logs',
  'rollback',
  'down',
  'doctor',
  'explain',
  'ci',
]

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
            4 another run holds the lock, 5 it runs but a check failed,
            6 plan --detailed-exitcode: there is something to do, 70 a bug of ours,
            130 and 143 interrupted`,
    )

  /** Defines a verb and remembers to run it. `load` imports the handler. */
  const does: Does = (verb, define, load, render) => {
    // The flags of all verbs take 3 ms to define: with a verb named, the others are not needed.
    if (named !== undefined && named !== verb) return
    const command = define()
    command.action((...given: unknown[]) => {
      const positional = command.registeredArguments.map((argument, index) => [argument.name(), given[index]])
      const flags = command.optsWithGlobals<{
        json?: boolean
        verbose?: boolean
        color?: boolean
        env?: string
      }>()
      const options = { ...Object.fromEntries(positional), ...flags } as Parameters<
        Awaited<ReturnType<typeof load>>
      >[1]
      invocation = {
        global: {
          verb,
          json: flags.json ?? false,
          environment: flags.env === 'production' ? undefined : flags.env,
          verbose: flags.verbose ?? false,
          color: flags.color === false ? false : undefined,
        },
        handle: async (given, emit) => (await load())(given, options, emit),
        ...(render === undefined ? {} : { render }),
      }
    })
  }

  defineVerbs(program, does)

  return {
    parse: async () => {
      try {
        await program.parseAsync([...argv], { from: 'user' })
      } catch (error) {
        if (error instanceof UserError && named !== undefined) throw withHelpOf(error, named)
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
