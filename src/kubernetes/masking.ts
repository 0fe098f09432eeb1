import { isMapping, type KubernetesObject } from './object.ts'

const hidden = '[secret]'
const sensitiveName = /passw(?:or)?d|secret|token|api_?key|private_?key|credential/i
/** `scheme://user:password@host`, with the password alone. */
const passwordOfUrl = /(\b[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:)([^/\s@]+)(@)/gi

/** A text without what looks like a password in a URL. `$(NAME)` is how Kubernetes names one: it stays. Pure. */
export function maskText(text: string): string {
  return text.replaceAll(passwordOfUrl, (whole, before: string, password: string, after: string) =>
    /^\$\(\w+\)$/.test(password) ? whole : `${before}${hidden}${after}`,
  )
}

/** A text in which none of the known secrets is left; short ones stay, since they are words too. Pure. */
export function redact(text: string, secrets: readonly string[]): string {
  const known = secrets.filter(secret => secret.length >= 6).sort((a, b) => b.length - a.length)
  return maskText(known.reduce((masked, secret) => masked.replaceAll(secret, hidden), text))
}

/**
 * An object that may be shown: all values of a Secret are hidden, elsewhere those whose name says that they are
 * secret, and passwords in URLs. The shape stays, so that it can be compared side by side with the real one. Pure.
 */
export function maskObject(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'Secret') return mask(object) as KubernetesObject
  const masked = mask(object) as Record<string, unknown>
  const hide = (value: unknown) =>
    isMapping(value) ? Object.fromEntries(Object.keys(value).map(key => [key, hidden])) : value
  return {
    ...masked,
    data: hide(object.data),
    stringData: hide(object.stringData),
  } as unknown as KubernetesObject
}

function mask(value: unknown, name?: string): unknown {
  if (typeof value === 'string') {
    if (name !== undefined && sensitiveName.test(name) && !/^\$\(\w+\)$/.test(value)) return hidden
    return maskText(value)
  }
  if (Array.isArray(value)) return value.map(inner => mask(inner))
  if (!isMapping(value)) return value
  // `{ name: DB_PASSWORD, value: ... }`: the name of a value stands beside it.
  const named = typeof value.name === 'string' && 'value' in value ? value.name : undefined
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === 'value' && named !== undefined) return [key, mask(inner, named)]
      return [key, mask(inner, isUpperCase(key) ? key : undefined)]
    }),
  )
}

/** Keys of environments: `secretName` and `automountServiceAccountToken` are settings, no secrets. */
const isUpperCase = (key: string) => /^[A-Z][A-Z0-9_]*$/.test(key)
