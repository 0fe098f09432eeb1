/**
 * Other names are made from it, and the tightest of them decides: a service account id has 30 characters,
 * a GKE cluster 40, a DNS label 63, each with a suffix of ours.
 */
export const longestName = 20

const shape = /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/

const taken: readonly (readonly [RegExp, string])[] = [
  [/^(?:yes|no|on|off|y|n|true|false|null)$/, 'YAML reads it as true, false or nothing'],
  // https://learn.microsoft.com/windows/win32/fileio/naming-a-file
  [/^(?:con|prn|aux|nul|com[1-9]|lpt[1-9])$/, 'Windows keeps it for a device'],
  [/^(?:default|kube-.*)$/, 'Kubernetes keeps it for itself'],
  // https://cloud.google.com/storage/docs/buckets#naming
  [/^goog|google/, 'Google Cloud refuses bucket names with it'],
  [/^(?:constructor|prototype)$/, 'JavaScript objects have it from birth'],
  [/^(?:localhost|rtdeploy)$/, 'it already means something else here'],
]

/** What is wrong with a project's name, as an end of the sentence `name ...`; undefined when nothing is. */
export function problemOfName(name: string): string | undefined {
  if (name === '') return 'should not be empty'
  if (name.length > longestName) return `should have at most ${longestName} characters, has ${name.length}`
  if (!shape.test(name)) {
    return 'should have only a-z, 0-9 and hyphens, begin with a letter and not end with a hyphen'
  }
  if (name.includes('--')) return 'should not have two hyphens in a row'
  const reason = taken.find(([pattern]) => pattern.test(name))?.[1]
  return reason === undefined ? undefined : `should be another one: ${reason}`
}

/** The nearest good name, for a hint; undefined when nothing useful is left of it. */
export function similarName(name: string): string | undefined {
  const words = name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[-0-9]+|-+$/g, '')
  const short = shortened(words)
  return problemOfName(short) === undefined ? short : undefined
}

/** As many whole words as there is room for; a first word that is too long is cut. */
function shortened(words: string): string {
  if (words.length <= longestName) return words
  const end = words.lastIndexOf('-', longestName)
  return words.slice(0, end > 0 ? end : longestName)
}
