import type { GkeConfig } from '../../src/config/gke.ts'
import { parseConfig } from '../../src/config/parse.ts'
import { UserError } from '../../src/errors.ts'

type Section = Readonly<Record<string, unknown>>

const start = 'version: 1\nname: chat\ntarget: gke\napp: { start: [node, server.js] }\n'

/** What must stand in every section `gke`. */
export const leastGke = { project: 'my-project', region: 'europe-west1' } as const

/** A section `gke` as rtdeploy.yaml is read with it. */
export const parseGke = (gke: Section): GkeConfig | undefined =>
  parseConfig(`${start}gke: ${JSON.stringify(gke)}\n`, 'rtdeploy.yaml').gke

/** What is wrong with it, without places; nothing when it is right. */
export function problemsOfGke(gke: Section): string[] {
  try {
    parseGke(gke)
    return []
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return error.details.map(line => line.replace(/^\S+ /, ''))
  }
}
