import { describePod, type Finding, graces, logsOf } from './finding.ts'
import { at, type KubernetesObject, listAt, numberAt, textAt } from './object.ts'
import { eventsOf, type Said, type Snapshot } from './snapshot.ts'

/** What a pod needs of the other workloads of its release. */
export interface Needs {
  /** Some of them are not up yet. */
  readonly coming: boolean
  /** Since when the last of them is ready, as the cluster tells time; empty when there are none. */
  readonly since: string
}

interface Container {
  readonly pod: KubernetesObject
  readonly name: string
  readonly status: unknown
  readonly said: readonly Said[]
  readonly needs: Needs
}

/** Why a pod's containers do not run, or run and are not ready. Pure. */
export function diagnoseContainers(snapshot: Snapshot, pod: KubernetesObject, needs: Needs): Finding[] {
  const said = eventsOf(snapshot, pod)
  const statuses = [
    ...listAt(pod, 'status', 'initContainerStatuses'),
    ...listAt(pod, 'status', 'containerStatuses'),
  ]
  return statuses.flatMap(status => {
    const container: Container = { pod, name: textAt(status, 'name') ?? '', status, said, needs }
    const found =
      pullProblem(container) ?? startProblem(container) ?? probeKill(container) ?? crash(container)
    return found === undefined ? unready(container) : [found]
  })
}

const pullReasons = [
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'RegistryUnavailable',
]
/** What trying again does not change. */
const surePull =
  /not found|manifest unknown|unauthorized|denied|forbidden|invalid reference|no match for platform|does not exist|authentication required|InvalidImageName|x509/i

function pullProblem({ pod, name, status, said }: Container): Finding | undefined {
  const reason = textAt(status, 'state', 'waiting', 'reason')
  if (reason === undefined || !pullReasons.includes(reason)) return undefined
  // `ImagePullBackOff` says only that it waits; the event before it says why.
  const event = said.find(({ reason: told, message }) => told === 'Failed' && /failed to pull/i.test(message))
  const words = event?.message ?? textAt(status, 'state', 'waiting', 'message') ?? reason
  const image = textAt(status, 'image') ?? ''
  const cause = causeOfPull(words)
  return {
    code: 'rollout.image-pull',
    subject: `${pod.metadata.name}/${name}`,
    message: `the image ${image} cannot be pulled${cause === '' ? '' : `: ${cause}`}`,
    proof: [words],
    graceMs: surePull.test(words) || reason === 'InvalidImageName' ? graces.certain : graces.hiccup,
    show: describePod(pod),
  }
}

function causeOfPull(words: string): string {
  if (/no match for platform/i.test(words)) return 'it was built for another platform than the nodes have'
  if (/unauthorized|denied|forbidden|authentication required/i.test(words))
    return 'the registry does not let the nodes in'
  if (/not found|manifest unknown|does not exist/i.test(words)) return 'the registry does not have it'
  if (/no such host|dial tcp|i\/o timeout/i.test(words)) return 'the registry does not answer'
  return /x509|certificate/i.test(words) ? 'the registry’s certificate is not trusted' : ''
}

const startReasons = ['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError', 'StartError']

function startProblem({ pod, name, status }: Container): Finding | undefined {
  const waiting = at(status, 'state', 'waiting')
  // One that began to run and could not go on is `terminated` at once.
  const ended = at(status, 'state', 'terminated') ?? at(status, 'lastState', 'terminated')
  const never = ['StartError', 'ContainerCannotRun'].includes(textAt(ended, 'reason') ?? '')
  const reason = never ? (textAt(ended, 'reason') ?? '') : (textAt(waiting, 'reason') ?? '')
  if (!never && !startReasons.includes(reason)) return undefined
  const all = textAt(never ? ended : waiting, 'message') ?? reason
  const words = /exec: .*/.exec(all)?.[0] ?? all
  const absent = /(?:configmap|secret) "?[\w.-]+"? not found|couldn't find key/i.test(words)
  return {
    code: absent ? 'rollout.config-missing' : 'rollout.container-start',
    subject: `${pod.metadata.name}/${name}`,
    message: absent
      ? `container ${name} misses configuration: ${words}`
      : `container ${name} cannot be started: ${words}`,
    proof: [`${reason}: ${all}`],
    // `failed to sync configmap cache` and its like pass.
    graceMs: absent || never ? graces.soon : graces.hiccup,
    show: describePod(pod),
  }
}

/** The kubelet ends a container whose startup or liveness probe fails; that looks like a crash, and is none. */
function probeKill({ pod, name, status, said }: Container): Finding | undefined {
  const kill = said.find(
    ({ reason, message }) =>
      reason === 'Killing' && message.includes(`ontainer ${name} failed`) && /probe/.test(message),
  )
  if (kill === undefined || at(status, 'ready') === true || (numberAt(status, 'restartCount') ?? 0) < 1)
    return undefined
  const kind = /(startup|liveness) probe/.exec(kill.message)?.[1] ?? 'liveness'
  const answer = said.find(
    ({ reason, message }) => reason === 'Unhealthy' && message.toLowerCase().startsWith(kind),
  )
  return probeFinding(pod, name, kind, answer ?? kill, graces.certain)
}

function probeFinding(
  pod: KubernetesObject,
  name: string,
  kind: string,
  said: Said,
  graceMs: number,
): Finding {
  const answered = said.message.replace(/^\w+ probe (?:failed|errored): /i, '')
  return {
    code: 'rollout.probe',
    subject: `${pod.metadata.name}/${name}`,
    message: `the ${kind} probe of container ${name} fails: ${answered}`,
    proof: [`${said.message} (${said.count} times)`],
    graceMs,
    show: describePod(pod),
    logs: { pod: pod.metadata.name, container: name, previous: kind !== 'readiness' },
  }
}

function crash({ pod, name, status, needs }: Container): Finding | undefined {
  const restarts = numberAt(status, 'restartCount') ?? 0
  const ended = at(status, 'state', 'terminated') ?? at(status, 'lastState', 'terminated')
  const exitCode = numberAt(ended, 'exitCode')
  const back = textAt(status, 'state', 'waiting', 'reason') === 'CrashLoopBackOff'
  if (exitCode === undefined || at(status, 'ready') === true || (exitCode === 0 && !back)) return undefined
  const memory = textAt(ended, 'reason') === 'OOMKilled'
  // Redis may come up after the app that needs it: what the app did before that does not count.
  const early = !needs.coming && (textAt(ended, 'finishedAt') ?? '') < needs.since
  if (early || restarts < (needs.coming ? 5 : memory ? 1 : 2)) return undefined
  const base = {
    subject: `${pod.metadata.name}/${name}`,
    graceMs: graces.certain,
    show: logsOf(pod.metadata.name, name),
  }
  const logs = {
    pod: pod.metadata.name,
    container: name,
    previous: at(status, 'state', 'terminated') === undefined,
  }
  if (memory) {
    const limit = limitOf(pod, name)
    return {
      ...base,
      code: 'rollout.out-of-memory',
      message: `container ${name} needs more memory than its limit${limit === undefined ? '' : ` of ${limit}`}`,
      proof: [`OOMKilled, ${restarts} restarts`],
      logs,
    }
  }
  const words = textAt(ended, 'message') ?? ''
  return {
    ...base,
    code: 'rollout.crash',
    message: `container ${name} ends with exit code ${exitCode}${exitMeaning(exitCode)}, ${restarts} times now`,
    proof: [words === '' ? `exit code ${exitCode}, ${restarts} restarts` : words],
    logs,
  }
}

const exitMeaning = (code: number) =>
  ({ 126: ' (not executable)', 127: ' (command not found)', 134: ' (aborted)', 139: ' (crashed)' })[code] ??
  ''

function limitOf(pod: KubernetesObject, name: string): string | undefined {
  const container = listAt(pod, 'spec', 'containers').find(candidate => textAt(candidate, 'name') === name)
  return textAt(container, 'resources', 'limits', 'memory')
}

function unready({ pod, name, status, said, needs }: Container): Finding[] {
  if (at(status, 'state', 'running') === undefined || at(status, 'ready') === true) return []
  const answer = said.find(({ reason, message }) => reason === 'Unhealthy' && /^readiness/i.test(message))
  // An app is right not to be ready as long as its database is not there.
  const graceMs = needs.coming ? graces.never : graces.patient
  return answer === undefined ? [] : [probeFinding(pod, name, 'readiness', answer, graceMs)]
}
