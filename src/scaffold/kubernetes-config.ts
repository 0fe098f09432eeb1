import * as section from '../../templates/kubernetes/section.yaml.hbs'
import { type App, type KubernetesAnswers, secretNames } from './kubernetes-answers.ts'
import { balancerOf } from './kubernetes-entry.ts'
import { render } from './render.ts'

/** The section `kubernetes` of rtdeploy.yaml; an example in comments as long as there is no context and no image. Pure. */
export function renderSection(name: string, answers: KubernetesAnswers, app: App): string {
  return render(section, {
    used: answers.context !== undefined && answers.image !== undefined && answers.reserved !== true,
    context: answers.context ?? 'my-cluster',
    image: answers.image ?? `registry.example.com/team/${name}`,
    namespace: answers.namespace,
    platform: answers.platform,
    secrets: secretNames(answers, app),
  })
}

/** The rules that the app will meet in the cluster, for its load balancer on this machine. Pure. */
export function configView(answers: KubernetesAnswers) {
  const balancer = balancerOf(answers)
  return { ...balancer, classic: balancer.kind === 'classic' }
}
