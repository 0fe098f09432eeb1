import { relative } from 'node:path'
import { shellLine } from '../command.ts'

/** How the person calls us, by the package manager that runs us: `npx rtdeploy`, or `rtdeploy` when none does. Pure. */
export function ownCommand(env: Readonly<Record<string, string | undefined>>): string[] {
  const [manager, version] = (env.npm_config_user_agent ?? '').split(' ')[0]?.split('/') ?? []
  switch (manager) {
    case undefined:
    case '':
      return ['rtdeploy']
    case 'pnpm':
      return ['pnpm', 'dlx', 'rtdeploy']
    case 'bun':
      return ['bunx', 'rtdeploy']
    case 'yarn':
      // The first yarn has no dlx.
      return version?.startsWith('1.') ? ['npx', 'rtdeploy'] : ['yarn', 'dlx', 'rtdeploy']
    default:
      return ['npx', 'rtdeploy']
  }
}

/** What to do after `init`: go there, bring it up. Pure. */
export function nextLines(
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
  folder: string,
): string[] {
  const [program = 'rtdeploy', ...args] = ownCommand(env)
  const up = shellLine({ program, args: [...args, 'up'] })
  const there = relative(cwd, folder)
  return there === '' ? [up] : [shellLine({ program: 'cd', args: [there] }), up]
}

/**
 * What to do after `ci github`: the bucket of the state comes with the first `up`; the identities come by hand, once, from a
 * person who may make them. `folder` is where their Terraform is. Pure.
 */
export function poolLines(env: Readonly<Record<string, string | undefined>>, folder: string): string[] {
  const [program = 'rtdeploy', ...args] = ownCommand(env)
  const terraform = (verb: string) => shellLine({ program: 'terraform', args: [`-chdir=${folder}`, verb] })
  return [shellLine({ program, args: [...args, 'up'] }), terraform('init'), terraform('apply')]
}
