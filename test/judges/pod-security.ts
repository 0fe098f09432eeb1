type Fields = Readonly<Record<string, unknown>>
const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {}
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const volumeKinds = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]

/**
 * What a pod's spec breaks of the profile `restricted`, baseline included, as paths and values.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export function podSecurityProblems(podSpec: unknown): string[] {
  const spec = fields(podSpec)
  const pod = fields(spec.securityContext)
  const problems: string[] = []
  const demand = (holds: boolean, problem: string) => holds || problems.push(problem)
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) demand(!spec[key], `${key} is set`)
  demand(list(pod.sysctls).length === 0, 'sysctls are set')
  demand(pod.runAsUser !== 0, 'the pod runs as root')
  for (const volume of list(spec.volumes)) {
    const kind = Object.keys(fields(volume)).find(key => key !== 'name') ?? 'none'
    demand(volumeKinds.includes(kind), `a volume is ${kind}`)
  }
  for (const container of [
    ...list(spec.containers),
    ...list(spec.initContainers),
    ...list(spec.ephemeralContainers),
  ]) {
    const { name, ports, securityContext } = fields(container)
    const own = fields(securityContext)
    const capabilities = fields(own.capabilities)
    const seccomp = fields(own.seccompProfile ?? pod.seccompProfile).type
    const needs = (holds: boolean, problem: string) => demand(holds, `${String(name)}: ${problem}`)
    needs(own.privileged !== true, 'is privileged')
    needs(own.allowPrivilegeEscalation === false, 'may gain privileges')
    needs(list(capabilities.drop).includes('ALL'), 'keeps capabilities')
    needs(
      list(capabilities.add).every(one => one === 'NET_BIND_SERVICE'),
      'adds capabilities',
    )
    needs((own.runAsNonRoot ?? pod.runAsNonRoot) === true, 'may run as root')
    needs(own.runAsUser !== 0, 'runs as root')
    needs(seccomp === 'RuntimeDefault' || seccomp === 'Localhost', 'has no seccomp profile')
    needs(own.procMount === undefined || own.procMount === 'Default', 'sees another /proc')
    needs(own.windowsOptions === undefined && own.seLinuxOptions === undefined, 'changes its confinement')
    needs(
      list(ports).every(port => fields(port).hostPort === undefined),
      'takes a port of the node',
    )
  }
  return problems
}
