import { exitCodes, type Problem } from '../errors.ts'
import { type Cluster, kubectlLine } from '../tools/kubectl.ts'

/** A problem with its sentence: what a `UserError` is made of. */
export interface Failure extends Problem {
  readonly message: string
}

type Where = Pick<Cluster, 'context' | 'namespace'>

interface Rule {
  readonly pattern: RegExp
  readonly failure: (found: RegExpExecArray, where: Where) => Failure
}

const missing = exitCodes.missing
/** kubectl's own words, of version 1.32 and of the API server 1.29 to 1.33; recorded in test/recorded/kubectl. */
const rules: readonly Rule[] = [
  {
    pattern:
      /context "?([^"\n]*?)"? does not exist|no context exists with the name: "([^"]*)"|cannot locate context (\S+)/,
    failure: ([, one, other, third]) => ({
      message: `the kubeconfig has no context ${one ?? other ?? third}`,
      code: 'context.missing',
      hint: 'kubectl config get-contexts; then set `kubernetes.context` in rtdeploy.yaml',
      exitCode: missing,
    }),
  },
  {
    pattern:
      /You must be logged in|\bUnauthorized\b|getting credentials:|the server has asked for the client to provide/,
    failure: (_found, { context }) => ({
      message: `the cluster of context ${context} does not accept the login`,
      code: 'cluster.login',
      hint: `log in to the cluster again, then: kubectl --context ${context} auth whoami`,
      exitCode: missing,
    }),
  },
  {
    pattern:
      /Unable to connect to the server|connection refused|no such host|i\/o timeout|was refused - did you specify|TLS handshake timeout|context deadline exceeded|connection reset|Client\.Timeout exceeded|no route to host|certificate signed by unknown authority|tls: failed to verify/,
    failure: (_found, { context }) => ({
      message: `the cluster of context ${context} does not answer`,
      code: 'cluster.unreachable',
      hint: `kubectl --context ${context} cluster-info`,
      exitCode: missing,
    }),
  },
  {
    pattern: /exceeded quota: ([^,\n]+), requested: ([^\n]+)/,
    failure: ([, quota, numbers], where) => ({
      message: `the quota ${quota} of namespace ${where.namespace} is too small: requested ${numbers}`,
      code: 'cluster.quota',
      hint: kubectlLine(where, 'describe', 'resourcequota', quota ?? ''),
      exitCode: missing,
    }),
  },
  {
    pattern: /violates PodSecurity "([^"]+)": ([^\n]+)/,
    failure: ([, level, rest], where) => ({
      message: `namespace ${where.namespace} allows only pods of the level ${level}: ${rest}`,
      code: 'cluster.pod-security',
      hint: `correct the securityContext; the level: kubectl --context ${where.context} get namespace ${where.namespace} --show-labels`,
      exitCode: missing,
    }),
  },
  {
    pattern: /admission webhook "([^"]+)" denied the request:? ?([^\n]*)/,
    failure: ([, webhook, rest]) => ({
      message: `the cluster’s webhook ${webhook} refuses it${rest ? `: ${rest}` : ''}`,
      code: 'cluster.webhook',
      hint: 'change what it names in the manifests, or ask who runs the cluster',
      exitCode: missing,
    }),
  },
  {
    pattern: /ValidatingAdmissionPolicy '([^']+)'[^\n]* denied request: ?([^\n]*)/,
    failure: ([, policy, rest]) => ({
      message: `the cluster’s policy ${policy} refuses it${rest ? `: ${rest}` : ''}`,
      code: 'cluster.webhook',
      hint: 'change what it names in the manifests, or ask who runs the cluster',
      exitCode: missing,
    }),
  },
  {
    pattern: /failed calling webhook "([^"]+)":? ?([^\n]*)/,
    failure: ([, webhook, rest], where) => ({
      message: `the cluster’s webhook ${webhook} does not answer${rest ? `: ${rest}` : ''}`,
      code: 'cluster.webhook-down',
      hint: `kubectl --context ${where.context} get validatingwebhookconfigurations,mutatingwebhookconfigurations`,
      exitCode: missing,
    }),
  },
  {
    pattern: /no matches for kind "([^"]+)" in version "([^"]+)"/,
    failure: ([, kind, version], { context }) => ({
      message: `the cluster does not know ${kind} (${version})`,
      code: 'cluster.kind-missing',
      hint: `install what brings ${kind}, or take it out of the manifests; kubectl --context ${context} api-resources`,
      exitCode: missing,
    }),
  },
  {
    pattern: /namespaces? "([^"]+)" not found/,
    failure: ([, namespace], { context }) => ({
      message: `there is no namespace ${namespace}`,
      code: 'namespace.missing',
      hint: `rtdeploy up makes it, or: kubectl --context ${context} create namespace ${namespace}`,
      exitCode: missing,
    }),
  },
  {
    pattern:
      /User "([^"]+)" cannot (\w+) resource "([^"]+)"(?: in API group "([^"]*)")?(?: (?:in the namespace|at the cluster scope)[^\n]*)?/,
    failure: ([, user, verb, resource, group], where) => {
      const full = group ? `${resource}.${group}` : (resource ?? '')
      return {
        message: `${user} may not ${verb} ${full} in namespace ${where.namespace}`,
        code: 'cluster.forbidden',
        hint: `ask for that permission; then: ${kubectlLine(where, 'auth', 'can-i', verb ?? '', full)}`,
        exitCode: missing,
      }
    },
  },
]

/** What kubectl said, as something a person can put right; undefined when it is none of the known things. Pure. */
export function failureOf(stderr: string, where: Where): Failure | undefined {
  for (const { pattern, failure } of rules) {
    const found = pattern.exec(stderr)
    if (found !== null) return { ...failure(found, where), details: firstLines(stderr) }
  }
  return undefined
}

/** The words of a tool as details of an error: without the advice that kubectl gives for conflicts. */
export const firstLines = (text: string): string[] => text.trim().split('\n').slice(0, 6)

/** Fields that others manage, and who; empty when the text tells of no conflict. Pure. */
export function conflictsOf(
  stderr: string,
): { readonly manager: string; readonly fields: readonly string[] }[] {
  if (!/Apply failed with \d+ conflict/.test(stderr)) return []
  const found: { manager: string; fields: string[] }[] = []
  for (const line of stderr.split('\n')) {
    const manager = /conflicts? with "([^"]+)"[^:]*:(.*)$/.exec(line)
    const field = /^- (\.\S.*)$/.exec(line.trim())
    if (manager !== null) {
      const first = manager[2]?.trim()
      found.push({ manager: manager[1] ?? '', fields: first ? [first] : [] })
    } else if (field !== null) found.at(-1)?.fields.push(field[1] ?? '')
  }
  return found
}

/** The server cannot change the object in place: it has to be made anew. Pure. */
export function isImmutable(stderr: string): boolean {
  return /field is immutable|updates to statefulset spec for fields other than|may not change once set/.test(
    stderr,
  )
}
