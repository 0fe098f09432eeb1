import type { RunFlags } from './project.ts'

const flags: Readonly<Partial<Record<keyof RunFlags, string>>> = {
  target: '--target',
  replicas: '--replicas',
  port: '--port',
  affinity: '--affinity',
  timeout: '--timeout',
  kind: '--kind',
  draining: '--draining',
  redis: '--redis',
  mongo: '--mongo',
  download: '--download',
  requireReal: '--require-real',
  forceConflicts: '--force-conflicts',
  context: '--context',
  yes: '--yes',
  secretsFile: '--secrets-file',
  image: '--image',
  rollbackOnFailure: '--rollback-on-failure',
  deleteData: '--delete-data',
  keepData: '--keep-data',
}

const plain = /^[\w@%+=:,./-]+$/

/** The flags of this run as they would be typed, each with a space before it: for the command that does what a dry run said. Pure. */
export function flagsAgain(given: RunFlags): string {
  return Object.entries(flags)
    .map(([key, flag]) => {
      const value = given[key as keyof RunFlags]
      if (value === undefined || value === false) return ''
      if (value === true) return ` ${flag}`
      const text = String(value)
      return ` ${flag} ${plain.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`}`
    })
    .join('')
}
