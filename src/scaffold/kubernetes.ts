import * as autoscaler from '../../templates/kubernetes/autoscaler.yaml.hbs'
import * as config from '../../templates/kubernetes/config.yaml.hbs'
import * as deployment from '../../templates/kubernetes/deployment.yaml.hbs'
import * as disruptionBudget from '../../templates/kubernetes/disruption-budget.yaml.hbs'
import * as kustomization from '../../templates/kubernetes/kustomization.yaml.hbs'
import * as mongo from '../../templates/kubernetes/mongo.yaml.hbs'
import * as namespace from '../../templates/kubernetes/namespace.yaml.hbs'
import * as networkPolicies from '../../templates/kubernetes/network-policies.yaml.hbs'
import * as redis from '../../templates/kubernetes/redis.yaml.hbs'
import * as service from '../../templates/kubernetes/service.yaml.hbs'
import * as serviceAccount from '../../templates/kubernetes/service-account.yaml.hbs'
import type { TreeFile } from '../run/host.ts'
import type { App, KubernetesAnswers } from './kubernetes-answers.ts'
import { entryTemplate, entryView } from './kubernetes-entry.ts'
import { render, type Template } from './render.ts'

export const manifestsFolder = 'infra/kubernetes'

/** infra/kubernetes of a project: plain YAML with a kustomization, one subject a file. Pure. */
export function manifestFiles(
  name: string,
  replicas: number,
  answers: KubernetesAnswers,
  app: App,
): TreeFile[] {
  const view = { ...viewOf(name, replicas, answers, app), ...entryView(name, answers) }
  const templates: readonly (readonly [string, Template])[] = [
    ['kustomization', kustomization],
    ['namespace', namespace],
    ['service-account', serviceAccount],
    ['config', config],
    ['deployment', deployment],
    ['service', service],
    ['autoscaler', autoscaler],
    ['disruption-budget', disruptionBudget],
    ['network-policies', networkPolicies],
    ...(answers.redis === 'in-cluster' ? ([['redis', redis]] as const) : []),
    ...(answers.mongo === 'in-cluster' ? ([['mongo', mongo]] as const) : []),
    ['entry', entryTemplate(answers)],
  ]
  return templates.map(([file, template]) => ({
    path: `${manifestsFolder}/${file}.yaml`,
    contents: render(template, view),
    executable: false,
  }))
}

/** What the templates have holes for. Objects' names are computed here and nowhere else. Pure. */
function viewOf(name: string, replicas: number, answers: KubernetesAnswers, app: App) {
  const names = {
    config: `${name}-config`,
    secrets: `${name}-secrets`,
    redis: `${name}-redis`,
    mongo: `${name}-mongo`,
  }
  return {
    ...names,
    name,
    namespace: answers.namespace,
    replicas,
    // Room for three times the usual load; the bill has a bound.
    mostReplicas: replicas * 3,
    chat: app.kind === 'chat',
    port: app.port,
    portText: String(app.port),
    ready: app.ready,
    draining,
    grace: draining + graceBeyondDraining,
    redisHere: answers.redis === 'in-cluster',
    redisOut: answers.redis === 'external',
    mongoHere: answers.mongo === 'in-cluster',
    mongoOut: answers.mongo === 'external',
    backendsOut: app.kind === 'own' || answers.redis === 'external' || answers.mongo === 'external',
    // Kubernetes puts the values of earlier variables in: https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
    redisUrl: `redis://:$(REDIS_PASSWORD)@${names.redis}:6379`,
    mongoUrl: `mongodb://${name}:$(MONGODB_PASSWORD)@${names.mongo}:27017/${name}`,
    mongoUsers: `${names.mongo}-users`,
  }
}

/** Seconds for which a balancer keeps the connections of a replica that leaves: DRAIN_WAIT_MS + DRAIN_MS and more. */
const draining = 30
/** The chat waits another 5 s for writes that are not done, and 1 s for its end. */
const graceBeyondDraining = 15
