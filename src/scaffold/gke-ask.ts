import type { Host } from '../run/host.ts'
import { type GkeOptions, problemOfProject, problemOfRegion } from './gke-answers.ts'

type Asking = Pick<Host, 'askText' | 'askChoice'>
type Kind = 'autopilot' | 'standard' | 'minimal'

const sentence = (noun: string, problem: string | undefined) =>
  problem === undefined ? undefined : `${noun} ${problem}`

/** Asks for what the flags leave open about Google Cloud. `project`: gcloud's own, undefined when it has none. */
export async function askGke(
  host: Asking,
  options: GkeOptions,
  project: () => Promise<string | undefined>,
): Promise<GkeOptions> {
  const chosen =
    options.project ??
    (await host.askText(
      'Which Google Cloud project? (its id; it has to be there, with billing)',
      (await project()) ?? 'my-project',
      answer => sentence('the project', problemOfProject(answer)),
    ))
  const region =
    options.region ??
    (await host.askText('Which region?', 'europe-west1', answer =>
      sentence('the region', problemOfRegion(answer)),
    ))
  // Others have decided already.
  if (options.cluster !== undefined) return { ...options, project: chosen, region }
  const known = options.minimal === true ? 'minimal' : options.mode
  const kind = known ?? (await host.askChoice<Kind>(kindQuestion))
  const mode = kind === 'autopilot' ? 'autopilot' : 'standard'
  return { ...options, project: chosen, region, mode, minimal: kind === 'minimal' }
}

const kindQuestion = {
  message: 'What kind of cluster?',
  choices: [
    { value: 'autopilot', name: 'autopilot', description: 'Google runs the nodes, pods are paid for' },
    { value: 'standard', name: 'standard', description: 'two nodes of your own, up to six under load' },
    {
      value: 'minimal',
      name: 'minimal',
      description: 'one zone, Spot nodes, no NAT: cheap, and away for minutes now and then',
    },
  ],
  initial: 'autopilot',
} as const
