import { type App, type KubernetesAnswers, secretNames } from './kubernetes-answers.ts'
import { balancerOf } from './kubernetes-entry.ts'

/** What rtdeploy.yaml says because of the cluster: its section `kubernetes`, and the rules of the load balancer. Pure. */
export function configView(name: string, answers: KubernetesAnswers, app: App) {
  const balancer = balancerOf(answers)
  return {
    ...balancer,
    classic: balancer.kind === 'classic',
    // Without both the section is an example in comments.
    used: answers.context !== undefined && answers.image !== undefined,
    context: answers.context ?? 'my-cluster',
    image: answers.image ?? `registry.example.com/team/${name}`,
    namespace: answers.namespace,
    secrets: secretNames(answers, app),
  }
}
