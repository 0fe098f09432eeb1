import { afterAll, beforeAll } from 'vitest'
import type { GkeConfig } from '../../../src/config/gke.ts'
import { type GoogleStandIn, startGoogle } from '../../support/google-stand-in.ts'
import { type GkeProject, gkeProject } from './project.ts'

export interface OwnGoogle {
  readonly google: GoogleStandIn
  readonly project: GkeProject
}

/** An empty Google and a project for it, from the first test of a `describe` to its last. */
export function ownGoogle(
  testbed: string | undefined,
  given: Partial<GkeConfig> = {},
  env: Readonly<Record<string, string>> = {},
): OwnGoogle {
  let made: OwnGoogle | undefined
  const ready = () => {
    if (made === undefined) throw new Error('beforeAll has not run yet')
    return made
  }
  beforeAll(async () => {
    const google = await startGoogle(testbed ?? '', env)
    made = { google, project: await gkeProject(google, given) }
  })
  afterAll(async () => {
    await made?.project[Symbol.asyncDispose]()
    await made?.google[Symbol.asyncDispose]()
  })
  return {
    get google() {
      return ready().google
    },
    get project() {
      return ready().project
    },
  }
}
