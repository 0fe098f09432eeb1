import type { GkeNames } from '../config/gke-names.ts'
import type { Login } from '../tools/gcloud.ts'
import type { Plan, Step } from './plan.ts'

/** Where the login to the image repository is: a folder of ours, the person's own stays as it is. */
export function pushEnv(docker: string): Record<string, string> {
  return { DOCKER_CONFIG: docker, REGISTRY_AUTH_FILE: `${docker}/config.json` }
}

/** A login to the repository before the push; nothing when nothing is pushed. Pure. */
export function withRegistryLogin(
  plan: Plan,
  names: GkeNames,
  login: Login,
  docker: string,
  endpoint: string | undefined,
): Plan {
  const at = plan.steps.findIndex(step => step.id === 'image.push' && step.skip === undefined)
  const push = plan.steps[at]
  if (push === undefined || push.action.kind !== 'run') return plan
  const { program } = push.action.command
  const env = { ...pushEnv(docker), ...(endpoint === undefined ? {} : { DOCKER_HOST: endpoint }) }
  const args = ['login', '--username', 'oauth2accesstoken', '--password-stdin', `https://${names.registry}`]
  const steps: Step[] = [
    {
      id: 'registry.settings',
      quiet: true,
      title: 'keep the login to the repository in a folder of its own',
      // With an entry in it, docker does not hand the token to the system's own store.
      action: {
        kind: 'write',
        path: `${docker}/config.json`,
        contents: `${JSON.stringify({ auths: { [`https://${names.registry}`]: {} } })}\n`,
        mode: 0o600,
      },
    },
    {
      id: 'registry.login',
      title: `log in to ${names.registry}`,
      action: { kind: 'run', command: { program, args, env, stdin: login.token } },
    },
  ]
  return { ...plan, steps: plan.steps.toSpliced(at, 0, ...steps) }
}
