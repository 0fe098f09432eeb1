import type { Config } from '../config/config.ts'
import { exitCodes, UserError } from '../errors.ts'
import type { Emit } from '../report/events.ts'
import type { Check } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import type { Disruption, Running, Runtime } from '../targets/target.ts'
import { watchDisruption } from '../verify/disruption.ts'
import type { VerifyOptions } from '../verify/options.ts'

export interface DisruptFlags {
  /** `rollout,replica,node,redis`, or `all`. */
  readonly disrupt?: string
  readonly clients?: number
  readonly yes?: boolean
}

const usualClients = 12

/** Disrupts what was named, one after the other, and says what it did to messages and connections. Asks before. */
export async function disrupt(
  host: Host,
  runtime: Runtime,
  running: Running,
  config: Config,
  verify: VerifyOptions,
  flags: DisruptFlags,
  emit: Emit,
): Promise<Check[]> {
  const chosen = choose((await runtime.disruptions?.()) ?? [], flags.disrupt ?? '')
  const { fanOut } = config.verify
  if (fanOut === undefined) {
    throw new UserError('without `verify.fanOut` in rtdeploy.yaml there is no message to look after', {
      code: 'disruption.no-message',
      hint: 'verify: { fanOut: { join: [...], send: [...], receive: ... } }; rtdeploy init shows an example',
      exitCode: exitCodes.usage,
    })
  }
  await confirm(host, running, chosen, flags.yes === true)
  const checks: Check[] = []
  for (const { name, title, run } of chosen) {
    host.interrupted.throwIfAborted()
    const id = `disruption.${name}`
    emit({ type: 'step-started', id, title })
    const watched = await watchDisruption(
      {
        verify: { ...verify, fanOut },
        name,
        title,
        clients: flags.clients ?? usualClients,
        disrupt: run,
        onProgress: text => emit({ type: 'step-progress', id, text }),
      },
      host.interrupted,
    )
    for (const check of watched.checks) emit({ type: 'check-done', check })
    checks.push(...watched.checks)
  }
  return checks
}

function choose(known: readonly Disruption[], names: string): readonly Disruption[] {
  const words = names.split(',').map(word => word.trim())
  if (words.includes('all') && known.length > 0) return known
  const strange = words.filter(word => !known.some(one => one.name === word))
  if (strange.length === 0) return known.filter(one => words.includes(one.name))
  throw new UserError(`${strange.join(', ')} cannot be disrupted here`, {
    code: 'disruption.unknown',
    hint:
      known.length === 0
        ? 'the target kubernetes can be disrupted: --target kubernetes'
        : `rtdeploy verify --disrupt ${known.map(one => one.name).join(',')}`,
    exitCode: exitCodes.usage,
  })
}

async function confirm(
  host: Host,
  running: Running,
  chosen: readonly Disruption[],
  yes: boolean,
): Promise<void> {
  if (yes) return
  const says = `this disrupts ${running.url}: it will ${chosen.map(one => one.says).join(', then ')}`
  if (!host.terminal.canAsk) {
    throw new UserError(says, {
      code: 'plan.unconfirmed',
      hint: 'if that is what you want, say the same with --yes',
      exitCode: exitCodes.usage,
    })
  }
  if (await host.askYes(`${says}; go on?`, false)) return
  throw new UserError('nothing was disrupted, as you answered', {
    code: 'plan.declined',
    hint: 'rtdeploy verify measures without disrupting anything',
    exitCode: exitCodes.usage,
  })
}
