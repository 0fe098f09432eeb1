import { parseDocument } from 'yaml'
import type { Secret } from '../command.ts'
import { isMapping } from './object.ts'

const mapping = (value: unknown) => (isMapping(value) ? value : {})
const named = (list: unknown, name: unknown) =>
  Array.isArray(list) ? list.filter(isMapping).find(one => one.name === name) : undefined

/**
 * One context of a kubeconfig in YAML as a document of its own, as `kubectl config view --minify` has it, whose user logs
 * in with a token. Undefined when the context, its cluster or its user is not there. Holds a credential. Pure.
 */
export function minifyKubeconfig(text: string, context: string, token: Secret): string | undefined {
  const document = parseDocument(text)
  if (document.errors.length > 0) return undefined
  const { clusters, contexts } = mapping(document.toJS())
  const found = named(contexts, context)
  const where = mapping(found?.context)
  const cluster = named(clusters, where.cluster)
  const name = where.user
  if (found === undefined || cluster === undefined || typeof name !== 'string') return undefined
  const users = [{ name, user: { token: token.reveal() } }]
  const whole = { kind: 'Config', apiVersion: 'v1', clusters: [cluster], contexts: [found], users }
  return `${JSON.stringify({ ...whole, 'current-context': context }, undefined, 4)}\n`
}
