import { parseDocument } from 'yaml'
import type { Secret } from '../command.ts'

interface Named {
  readonly name?: unknown
}

interface NamedContext extends Named {
  readonly context?: { readonly cluster?: unknown; readonly user?: unknown }
}

interface Kubeconfig {
  readonly clusters?: readonly Named[]
  readonly contexts?: readonly NamedContext[]
}

/** What is not YAML holds nothing. */
function readKubeconfig(text: string): Kubeconfig {
  const document = parseDocument(text)
  return document.errors.length > 0 ? {} : ((document.toJS() ?? {}) as Kubeconfig)
}

/**
 * One context of a kubeconfig in YAML as a document of its own, as `kubectl config view --minify` has it, whose user logs
 * in with a token. Undefined when the context, its cluster or its user is not there. Holds a credential. Pure.
 */
export function minifyKubeconfig(text: string, context: string, token: Secret): string | undefined {
  const { clusters, contexts } = readKubeconfig(text)
  const found = contexts?.find(({ name }) => name === context)
  const cluster = clusters?.find(({ name }) => name === found?.context?.cluster)
  const name = found?.context?.user
  if (found === undefined || cluster === undefined || name === undefined) return undefined
  const users = [{ name, user: { token: token.reveal() } }]
  const whole = { kind: 'Config', apiVersion: 'v1', clusters: [cluster], contexts: [found], users }
  return `${JSON.stringify({ ...whole, 'current-context': context }, undefined, 4)}\n`
}
