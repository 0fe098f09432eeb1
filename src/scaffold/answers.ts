import { basename, resolve } from 'node:path'
import { shellLine } from '../command.ts'
import type { TargetName } from '../config/config.ts'
import type { GkeConfig } from '../config/gke.ts'
import { problemOfName, similarName } from '../config/name.ts'
import { exitCodes, UserError } from '../errors.ts'
import { forGke, type GkeOptions, gkeAnswersOf, unansweredOfGoogle } from './gke-answers.ts'
import {
  type KubernetesAnswers,
  type KubernetesOptions,
  kubernetesAnswersOf,
  unansweredOfCluster,
} from './kubernetes-answers.ts'

export interface InitOptions extends KubernetesOptions, GkeOptions {
  readonly folder?: string | undefined
  readonly name?: string | undefined
  /** Of the project in the current folder: only its Terraform files are written. */
  readonly env?: string | undefined
  readonly template?: string | undefined
  /** A skaffold.yaml or compose file of an app that is there. */
  readonly from?: string | undefined
  /** The folder holds an app, whose Dockerfile and package.json are read. */
  readonly existing?: boolean | undefined
  readonly target?: TargetName | undefined
  readonly replicas?: number | undefined
  readonly port?: number | undefined
  readonly yes?: boolean | undefined
  readonly dryRun?: boolean | undefined
  readonly force?: boolean | undefined
  readonly json?: boolean | undefined
}

/** All that `init` needs to know. */
export interface Answers {
  /** Absolute. */
  readonly folder: string
  readonly name: string
  readonly template: 'chat'
  readonly target: TargetName
  readonly replicas: number
  readonly port: number
  readonly kubernetes: KubernetesAnswers
  /** Whether infra/kubernetes is written. */
  readonly manifests: boolean
  /** There for the target `gke`: infra/terraform is written too. */
  readonly gke?: GkeConfig
}

export const defaults = {
  folder: 'chat',
  template: 'chat',
  target: 'local',
  replicas: 3,
  port: 3000,
} as const

/** The name that a folder gives its project. Pure. */
export function nameOfFolder(folder: string, cwd: string): string {
  return basename(resolve(cwd, folder))
}

/** What is wrong with a folder as an answer; the name made from it is looked at apart. Pure. */
export function problemOfFolder(folder: string): string | undefined {
  if (folder.trim() === '') return 'should not be empty'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a path with them cannot be typed or shown again
  if (/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(folder)) {
    return 'should hold no control characters'
  }
  const forbidden = folder.split(/[/\\]/).find(part => /^(?:\.git|node_modules)$/i.test(part))
  return forbidden === undefined ? undefined : `should not lie in ${forbidden}, which tools empty at will`
}

/** What is wrong with a count of replicas as it was typed. Pure. */
export function problemOfReplicas(text: string): string | undefined {
  return /^(?:[1-9]|1\d|20)$/.test(text.trim()) ? undefined : 'should be a whole number from 1 to 20'
}

/**
 * The answers that the flags give, the defaults for the rest.
 * Throws a `UserError` (exit 2) when one of them cannot be used, naming the flag that corrects it. Pure.
 */
export function answersOf(options: InitOptions, cwd: string): Answers {
  const folder = options.folder ?? defaults.folder
  refuse(problemOfFolder(folder), 'folder', folder, () => 'rtdeploy init chat')
  const name = options.name ?? nameOfFolder(folder, cwd)
  refuseName(name, folder, options)
  const replicas = options.replicas ?? defaults.replicas
  refuse(problemOfReplicas(String(replicas)), 'replicas', String(replicas), () => '--replicas 3')
  const port = options.port ?? defaults.port
  const portProblem =
    Number.isInteger(port) && port >= 0 && port <= 65_535 ? undefined : 'should be 0 to 65535'
  refuse(portProblem, 'port', String(port), () => '--port 3000')
  const template = options.template ?? defaults.template
  if (template !== 'chat') {
    throw usage(`there is no template ${JSON.stringify(template)}`, 'template', '--template chat')
  }
  const gke = options.target === 'gke' ? gkeAnswersOf(options, name) : undefined
  const kubernetes = kubernetesAnswersOf(options, name)
  return {
    folder: resolve(cwd, folder),
    name,
    template,
    target: options.target ?? defaults.target,
    replicas,
    port,
    kubernetes: gke === undefined ? kubernetes : forGke(kubernetes, gke, name),
    manifests: options.kubernetes !== false,
    ...(gke === undefined ? {} : { gke }),
  }
}

/** What nobody was asked, no flag says, and `--yes` has no default for. Pure. */
export function unanswered(options: InitOptions): string[] {
  const cluster =
    options.target === 'kubernetes'
      ? unansweredOfCluster(options)
      : options.target === 'gke'
        ? unansweredOfGoogle(options)
        : []
  if (options.yes === true) return cluster
  return [
    ...(options.folder === undefined ? ['[folder]'] : []),
    ...(options.target === undefined ? ['--target'] : []),
    ...(options.replicas === undefined ? ['--replicas'] : []),
    ...cluster,
  ]
}

/** Throws a `UserError` (exit 2) when a name cannot be used. Its hint can be run as it is. Pure. */
export function refuseName(name: string, folder: string, options: InitOptions): void {
  const { yes, target } = options
  refuse(problemOfName(name), 'name', name, () => {
    const flags = [
      ...sourceFlags(options),
      ...(target === undefined ? [] : ['--target', target]),
      ...(yes === true ? ['--yes'] : []),
    ]
    const args = ['init', pathOf(folder), '--name', similarName(name) ?? 'chat', ...flags]
    return shellLine({ program: 'rtdeploy', args })
  })
}

/** The flags that name an app that is there, for hints that can be run as they are. Pure. */
export function sourceFlags({ existing, from }: InitOptions): string[] {
  return existing === true ? ['--existing'] : from === undefined ? [] : ['--from', from]
}

/** A folder that no program takes for a flag. */
const pathOf = (folder: string) => (folder.startsWith('-') ? `./${folder}` : folder)

function refuse(problem: string | undefined, noun: string, value: string, hint: () => string): void {
  if (problem === undefined) return
  const shown = JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
  throw usage(`${noun} ${shown} ${problem}`, noun, hint())
}

function usage(message: string, noun: string, hint: string): UserError {
  return new UserError(message, { code: `${noun}.invalid`, hint, exitCode: exitCodes.usage })
}
