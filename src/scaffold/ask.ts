import { shellLine } from '../command.ts'
import type { TargetName } from '../config/config.ts'
import { problemOfName, similarName } from '../config/name.ts'
import { exitCodes, UserError } from '../errors.ts'
import type { Host } from '../run/host.ts'
import {
  defaults,
  type InitOptions,
  nameOfFolder,
  problemOfFolder,
  problemOfReplicas,
  refuseName,
  sourceFlags,
  unanswered,
} from './answers.ts'
import { unansweredOfGoogle } from './gke-answers.ts'
import { askGke } from './gke-ask.ts'
import { unansweredOfCluster } from './kubernetes-answers.ts'
import { askKubernetes } from './kubernetes-ask.ts'

const sentence = (noun: string, problem: string | undefined) =>
  problem === undefined ? undefined : `${noun} ${problem}`

/**
 * Asks for what the flags leave open, on a terminal only. `contexts` lists those of the kubeconfig; `checkFolder` throws when
 * a folder cannot be used: before the other questions, whose answers would be lost.
 * Throws a `UserError` (exit 2) that names the flags when nobody can be asked.
 */
export async function askMissing(
  host: Pick<Host, 'cwd' | 'terminal' | 'askText' | 'askChoice'>,
  options: InitOptions,
  contexts: () => Promise<readonly string[]>,
  checkFolder: (folder: string) => Promise<void> = async () => undefined,
  googleProject: () => Promise<string | undefined> = async () => undefined,
): Promise<InitOptions> {
  const open = unanswered(options)
  if (open.length === 0) return options
  if (!host.terminal.canAsk || options.json === true || options.yes === true) throw cannotAsk(open, options)

  const folder =
    options.folder ??
    (await host.askText('Which folder should the project go into?', defaults.folder, answer =>
      sentence('the folder', problemOfFolder(answer)),
    ))
  await checkFolder(folder)
  const given = options.name ?? nameOfFolder(folder, host.cwd)
  if (options.name !== undefined) refuseName(options.name, folder, options)
  // A name from a flag is not asked for again: it is refused, so that the flag gets corrected.
  const name =
    options.name === undefined && problemOfName(given) !== undefined
      ? await host.askText('What is its name?', similarName(given) ?? defaults.folder, answer =>
          sentence('the name', problemOfName(answer)),
        )
      : options.name
  const target =
    options.target ??
    (await host.askChoice<TargetName>({
      message: 'Where should it run first?',
      choices: [
        { value: 'local', name: 'local', description: 'replicas on this machine, no account needed' },
        { value: 'kubernetes', name: 'kubernetes', description: 'any cluster that your kubeconfig leads to' },
        {
          value: 'gke',
          name: 'gke',
          description: 'Google Cloud: cluster, network and address are made, too',
        },
      ],
      initial: defaults.target,
    }))
  const replicas =
    options.replicas ??
    Number(
      await host.askText('How many replicas?', String(defaults.replicas), answer =>
        sentence('the number', problemOfReplicas(answer)),
      ),
    )
  const answered = { ...options, folder, name, target, replicas }
  if (target === 'gke') return { ...answered, ...(await askGke(host, options, googleProject)) }
  if (target !== 'kubernetes') return answered
  return {
    ...answered,
    ...(await askKubernetes(host, options, name ?? nameOfFolder(folder, host.cwd), contexts)),
  }
}

function cannotAsk(open: readonly string[], options: InitOptions): UserError {
  const folder = options.folder ?? defaults.folder
  const source = sourceFlags(options)
  const cluster = unansweredOfCluster(options)
  const forCluster = options.target === 'kubernetes' && cluster.length > 0
  const forGoogle = options.target === 'gke' && unansweredOfGoogle(options).length > 0
  const google = ['--target', 'gke', '--project', 'PROJECT', '--region', 'europe-west1']
  const example = ['--target', 'kubernetes', '--context', 'NAME', '--image', 'registry.example.com/team/chat']
  const command = shellLine({
    program: 'rtdeploy',
    args: ['init', folder, ...source, ...(forGoogle ? google : forCluster ? example : []), '--yes'],
  })
  return new UserError(`nobody can be asked here, and these are open: ${open.join(', ')}`, {
    code: 'init.unanswered',
    hint: forGoogle
      ? `${command}; projects: gcloud projects list`
      : forCluster
        ? `${command}; contexts: kubectl config get-contexts`
        : `${command} takes the defaults`,
    exitCode: exitCodes.usage,
  })
}
