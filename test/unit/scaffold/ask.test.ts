import { describe, expect, it } from 'vitest'
import type { Host } from '../../../src/run/host.ts'
import { answersOf, type InitOptions } from '../../../src/scaffold/answers.ts'
import { askMissing } from '../../../src/scaffold/ask.ts'
import { hostileNames } from '../../support/hostile-names.ts'

type Asked = Pick<Host, 'cwd' | 'terminal' | 'askText' | 'askChoice'>

/** Someone at a terminal who types these, in order; an answer with a problem is shown it and asked again. */
function person(answers: string[], canAsk = true): Asked & { readonly seen: string[] } {
  const seen: string[] = []
  return {
    cwd: '/projects',
    terminal: { canAsk, stdout: true, stderr: true, columns: () => 80 },
    seen,
    askText: async (message, initial, problemOf) => {
      for (;;) {
        seen.push(`${message} (${initial})`)
        const answer = answers.shift()
        if (answer === undefined) throw new Error(`nobody answers: ${message}`)
        const problem = problemOf(answer)
        if (problem === undefined) return answer
        seen.push(problem)
      }
    },
    askChoice: async question => {
      seen.push(`${question.message} (${question.initial})`)
      const answer = answers.shift()
      const choice = question.choices.find(({ value }) => value === answer)
      if (choice === undefined) throw new Error(`no such choice: ${answer}`)
      return choice.value
    },
  }
}

const ask = async (host: Asked, options: InitOptions, contexts: readonly string[] = []) =>
  answersOf(await askMissing(host, options, async () => contexts), host.cwd)

describe('the wizard', () => {
  it('asks for the folder, the target and the number of replicas', async () => {
    const host = person(['lobby', 'local', '5'])
    expect(await ask(host, {})).toMatchObject({
      folder: '/projects/lobby',
      name: 'lobby',
      template: 'chat',
      target: 'local',
      replicas: 5,
      port: 3000,
    })
    expect(host.seen).toEqual([
      'Which folder should the project go into? (chat)',
      'Where should it run first? (local)',
      'How many replicas? (3)',
    ])
  })

  it('does not ask what a flag says', async () => {
    const host = person([])
    await ask(host, { folder: 'chat', target: 'local', replicas: 2 })
    expect(host.seen).toEqual([])
  })

  it('asks for a name when the folder gives none, and proposes one', async () => {
    const host = person(['My Chat', 'also bad', 'lobby', 'local', '3'])
    expect(await ask(host, {})).toMatchObject({ folder: '/projects/My Chat', name: 'lobby' })
    expect(host.seen.slice(1, 4)).toEqual([
      'What is its name? (my-chat)',
      'the name should have only a-z, 0-9 and hyphens, begin with a letter and not end with a hyphen',
      'What is its name? (my-chat)',
    ])
  })

  it('refuses a bad name from a flag instead of asking again', async () => {
    await expect(ask(person(['local', '3']), { folder: 'chat', name: 'BAD' })).rejects.toMatchObject({
      code: 'name.invalid',
      exitCode: 2,
    })
  })

  it('gives a hint that can be run as it is, with the flags that were given', async () => {
    const options = { folder: '-rf', target: 'local', yes: true } as const
    await expect(ask(person([]), options)).rejects.toMatchObject({
      code: 'name.invalid',
      hint: 'rtdeploy init ./-rf --name rf --target local --yes',
    })
  })

  it('looks at the folder before it asks for more, and at a name from a flag too', async () => {
    const host = person(['full'])
    const full = new Error('the folder is not empty')
    await expect(
      askMissing(
        host,
        {},
        async () => [],
        async () => {
          throw full
        },
      ),
    ).rejects.toBe(full)
    expect(host.seen).toHaveLength(1)
    const other = person([])
    await expect(ask(other, { folder: 'chat', name: 'BAD' })).rejects.toMatchObject({ code: 'name.invalid' })
    expect(other.seen).toEqual([])
  })

  it.each(['0', '21', 'three', '', '-1', '1.5', '1e1'])('asks again after %j replicas', async answer => {
    const host = person([answer, '4'])
    expect(await ask(host, { folder: 'chat', target: 'local' })).toMatchObject({ replicas: 4 })
    expect(host.seen).toContain('the number should be a whole number from 1 to 20')
  })

  it.each(hostileNames)('shows the problem of the name %j', async name => {
    const host = person([name, 'chat', 'local', '3'])
    expect(await ask(host, { folder: 'My Chat' })).toMatchObject({ name: 'chat' })
    expect(host.seen[1]).toMatch(/^the name should /)
  })

  it('takes the defaults with --yes and asks nothing', async () => {
    const host = person([])
    expect(await ask(host, { yes: true })).toMatchObject({
      folder: '/projects/chat',
      target: 'local',
      replicas: 3,
    })
  })

  it.each([
    [{}, '[folder], --target, --replicas'],
    [{ folder: 'chat', target: 'local' as const }, '--replicas'],
    [{ folder: 'chat', replicas: 2 }, '--target'],
  ])('names the flags of %j when nobody can be asked', async (options, open) => {
    await expect(ask(person([], false), options)).rejects.toMatchObject({
      message: `nobody can be asked here, and these are open: ${open}`,
      code: 'init.unanswered',
      hint: 'rtdeploy init chat --yes takes the defaults',
      exitCode: 2,
    })
  })

  it('asks where the cluster is and how people come in, each choice once', async () => {
    const host = person([
      'kubernetes',
      '3',
      'prod',
      'ghcr.io/team/lobby',
      'ingress',
      'nginx',
      'external',
      'in-cluster',
    ])
    const { target, kubernetes } = await ask(host, { folder: 'lobby' }, ['dev', 'prod'])
    expect({ target, kubernetes }).toEqual({
      target: 'kubernetes',
      kubernetes: {
        context: 'prod',
        image: 'ghcr.io/team/lobby',
        namespace: 'lobby',
        platform: 'linux/amd64',
        entry: 'ingress',
        className: 'nginx',
        host: undefined,
        redis: 'external',
        mongo: 'in-cluster',
      },
    })
    expect(host.seen.slice(2)).toEqual([
      'Which cluster? (context of your kubeconfig) (dev)',
      'Which repository should its image be pushed to? (registry.example.com/team/lobby)',
      'How should people come in? (gateway)',
      'Which controller? (traefik)',
      'Where does Redis run? (in-cluster)',
      'Where does MongoDB run? (in-cluster)',
    ])
  })

  it('lets a context be typed where no kubeconfig names one, and asks for no class of a load balancer', async () => {
    const host = person([
      'two words',
      'mine',
      'UPPER',
      'r.io/chat',
      'loadbalancer',
      'in-cluster',
      'in-cluster',
    ])
    const { kubernetes } = await ask(host, { folder: 'chat', target: 'kubernetes', replicas: 2 })
    expect(kubernetes).toMatchObject({
      context: 'mine',
      image: 'r.io/chat',
      entry: 'loadbalancer',
      className: '',
    })
    expect(host.seen).toContain(
      'the repository should be a repository without tag or digest, for example registry.example.com/team/chat',
    )
  })

  it('does not ask about a cluster what flags say', async () => {
    const host = person([])
    await ask(host, {
      folder: 'chat',
      target: 'kubernetes',
      replicas: 2,
      context: 'a',
      image: 'r.io/chat',
      entry: 'gateway',
      class: 'traefik',
      redis: 'in-cluster',
      mongo: 'external',
    })
    expect(host.seen).toEqual([])
  })

  it('has no default for the cluster, also with --yes', async () => {
    const options = { folder: 'chat', target: 'kubernetes' as const, yes: true }
    await expect(ask(person([]), options)).rejects.toMatchObject({
      message: 'nobody can be asked here, and these are open: --context, --image',
      hint: 'rtdeploy init chat --target kubernetes --context NAME --image registry.example.com/team/chat --yes; contexts: kubectl config get-contexts',
      exitCode: 2,
    })
  })
})
