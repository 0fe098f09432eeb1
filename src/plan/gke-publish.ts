import type { GkeNames } from '../config/gke-names.ts'
import type { ImageFacts } from '../facts/cluster-image.ts'
import type { Verb } from '../report/report.ts'
import { enableServices, type Login, submitBuild } from '../tools/gcloud.ts'
import { refuseLeak } from './kubernetes-publish.ts'
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

const buildTimeoutMs = 30 * 60_000

/** Cloud Build builds and pushes, where neither Docker nor Podman answers. Pure. */
export function planCloudBuild(verb: Verb, names: GkeNames, folder: string, image: ImageFacts): Plan {
  refuseLeak(image)
  const tag = `${image.repository}:${image.tag}`
  const steps: Step[] = [
    {
      id: 'builds.enable',
      quiet: true,
      title: 'switch on Cloud Build',
      action: { kind: 'run', command: enableServices(names.project, ['cloudbuild.googleapis.com']) },
    },
    {
      id: 'image.submit',
      title: `send ${tag} to Cloud Build, since no Docker answers`,
      action: { kind: 'run', command: submitBuild(names.project, names.bucket, folder, tag) },
      hint: 'rtdeploy doctor',
    },
    {
      id: 'image.build',
      title: `build ${tag} with Cloud Build`,
      action: {
        kind: 'wait',
        until: { kind: 'built', project: names.project, tag },
        timeoutMs: buildTimeoutMs,
        everyMs: 2000,
      },
      hint: `the build’s own log: https://console.cloud.google.com/cloud-build/builds?project=${names.project}`,
    },
  ]
  return { verb, stage: 'publish', steps }
}
