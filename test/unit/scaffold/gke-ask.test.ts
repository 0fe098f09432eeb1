import { describe, expect, it } from 'vitest'
import type { Question } from '../../../src/run/host.ts'
import { answersOf, type InitOptions } from '../../../src/scaffold/answers.ts'
import { askMissing } from '../../../src/scaffold/ask.ts'

type Asking = Parameters<typeof askMissing>[0]

/** Somebody who takes what is proposed, but for the answers given here. */
function person(answers: Readonly<Record<string, string>>, asked: string[] = []): Asking {
  const answer = (message: string, initial: string) => {
    asked.push(message)
    const found = Object.entries(answers).find(([words]) => message.includes(words))
    return found?.[1] ?? initial
  }
  return {
    cwd: '/home/me',
    terminal: { canAsk: true, stdout: true, stderr: true, columns: () => 80 },
    askText: async (message, initial) => answer(message, initial),
    askChoice: async <T extends string>({ message, initial }: Question<T>) => answer(message, initial) as T,
  }
}

describe('init for Google Cloud', () => {
  it('proposes the project that gcloud has, and asks for what has no default', async () => {
    const asked: string[] = []
    const host = person({ 'run first': 'gke', 'kind of cluster': 'minimal' }, asked)
    const options = await askMissing(
      host,
      {},
      async () => [],
      undefined,
      async () => 'team-chat-4711',
    )
    expect(options).toMatchObject({
      target: 'gke',
      project: 'team-chat-4711',
      region: 'europe-west1',
      minimal: true,
    })
    expect(answersOf(options, '/home/me').gke).toMatchObject({ mode: 'standard', minimal: true })
    expect(asked.filter(message => message.includes('cluster'))).toHaveLength(1)
  })

  it('asks for nothing that a flag says', async () => {
    const asked: string[] = []
    const given = { project: 'team-chat-4711', region: 'us-east1', mode: 'standard', target: 'gke' } as const
    const options = await askMissing(person({}, asked), given, async () => [])
    expect(options).toMatchObject(given)
    expect(asked.join()).not.toMatch(/project\?|region|kind/)
  })

  it('puts the cluster into a network that is there, by both names', () => {
    const given = { project: 'team-chat-4711', region: 'us-east1', target: 'gke' } as const
    const network = { name: 'shared', subnetwork: 'apps' }
    const options = { ...given, network: 'shared', subnetwork: 'apps' }
    expect(answersOf(options, '/home/me').gke).toMatchObject({ network })
    for (const wrong of [
      { network: 'shared' },
      { subnetwork: 'apps' },
      { ...options, network: 'Shared VPC' },
    ]) {
      expect(() => answersOf({ ...given, ...wrong }, '/home/me')).toThrow(
        expect.objectContaining({ code: 'network.invalid', hint: expect.stringContaining('--subnetwork ') }),
      )
    }
  })

  it('asks nothing about a cluster that is there, and refuses what is for a new one', async () => {
    const asked: string[] = []
    const given = { project: 'team-chat-4711', region: 'us-east1', target: 'gke', cluster: 'team' } as const
    const options = await askMissing(person({}, asked), given, async () => [])
    expect(asked.join()).not.toContain('kind of cluster')
    const answers = answersOf({ ...options, location: 'us-east1-c' }, '/home/me')
    expect(answers.gke).toMatchObject({ cluster: { name: 'team', location: 'us-east1-c' } })
    expect(answers.kubernetes.context).toBe('gke_team-chat-4711_us-east1-c_team')
    const refused: readonly Partial<InitOptions>[] = [
      { mode: 'standard' },
      { minimal: true },
      { spot: true },
      { zone: 'us-east1-b' },
      { network: 'x' },
      { cluster: undefined, location: 'us-east1-c' },
      { cluster: 'My Cluster' },
    ]
    for (const wrong of refused) {
      expect(() => answersOf({ ...given, ...wrong }, '/home/me')).toThrow(
        expect.objectContaining({ code: 'cluster.invalid', hint: expect.stringContaining('--cluster ') }),
      )
    }
  })

  it('names the flags where nobody can be asked', async () => {
    const host = person({})
    const silent = { ...host, terminal: { ...host.terminal, canAsk: false } }
    await expect(askMissing(silent, { target: 'gke', yes: true }, async () => [])).rejects.toMatchObject({
      code: 'init.unanswered',
      hint: expect.stringContaining('--target gke --project PROJECT --region europe-west1'),
    })
  })
})
