import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { layOver } from '../../../src/config/environments.ts'
import { gkeNames, longestBase } from '../../../src/config/gke-names.ts'
import { parseConfig } from '../../../src/config/parse.ts'
import { UserError } from '../../../src/errors.ts'
import { hostileNames } from '../../support/hostile-names.ts'

const base = `version: 1
name: chat
target: gke
app: { start: [node, server.js], replicas: 4, env: { LEVEL: info, COLOUR: blue } }
gke: { project: my-project, region: europe-west1 }
kubernetes: { context: here, image: registry.example.com/chat, namespace: talk }
`
const parse = (overlays: string, environment?: string, text = base): Config =>
  parseConfig(`${text}environments: ${overlays}\n`, 'rtdeploy.yaml', environment)

function problems(overlays: string, text = base): string[] {
  try {
    parse(overlays, undefined, text)
    return []
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return [...error.details]
  }
}

describe('an environment', () => {
  it('is production laid over by what differs, key by key; lists are replaced', () => {
    const overlay = '{ staging: { app: { replicas: 1, env: { LEVEL: debug }, start: [bun, server.js] } } }'
    const staging = parse(overlay, 'staging')
    expect(staging.app).toMatchObject({
      replicas: 1,
      start: ['bun', 'server.js'],
      env: { LEVEL: 'debug', COLOUR: 'blue' },
    })
    expect(staging.environment).toMatchObject({ name: 'staging', production: { app: { replicas: 4 } } })
  })

  it('leaves production as it is', () => {
    const alone = parseConfig(base, 'rtdeploy.yaml')
    expect(parse('{ staging: { app: { replicas: 1 } } }')).toEqual(alone)
    expect(parse('{ staging: }', 'production')).toEqual(alone)
  })

  it('may differ in nothing but its names', () => {
    const staging = parse('{ staging: }', 'staging')
    expect(staging.app.replicas).toBe(4)
    expect(staging.gke?.namespace).toBe('chat-staging')
    expect(staging.kubernetes?.namespace).toBe('talk-staging')
  })

  it('takes a namespace that it names', () => {
    const staging = parse('{ staging: { kubernetes: { namespace: elsewhere } } }', 'staging')
    expect(staging.kubernetes?.namespace).toBe('elsewhere')
  })

  it('takes a key away by null', () => {
    const staging = parse('{ staging: { app: { env: { COLOUR: null } } } }', 'staging')
    expect(staging.app.env).toEqual({ LEVEL: 'info' })
  })

  it('that the file does not have is refused, with the one that was meant', () => {
    const error = (name: string) => {
      try {
        return parse('{ staging: , test: }', name)
      } catch (problem) {
        return problem
      }
    }
    expect(error('stagging')).toMatchObject({
      code: 'config.environment',
      exitCode: 2,
      message: expect.stringContaining('there are production, staging, test'),
      hint: 'did you mean --env staging?',
    })
    for (const name of [...hostileNames, '__proto__', 'constructor', '']) {
      expect(error(name)).toMatchObject({ code: 'config.environment' })
    }
  })
})

describe('problems of environments', () => {
  it.each([
    ['{ staging: { app: { replicas: 99 } } }', '7:45 environments.staging.app.replicas: should be a whole'],
    [
      '{ staging: { app: { replica: 1 } } }',
      '7:35 environments.staging.app.replica: unknown key, did you mean',
    ],
    ['{ staging: { nam: x } }', '7:28 environments.staging.nam: cannot differ from production'],
    ['{ staging: { name: other } }', '7:28 environments.staging.name: cannot differ from production'],
    ['{ staging: { target: local } }', '7:36 environments.staging.target: should be kubernetes or gke'],
    ['{ staging: [] }', '7:26 environments.staging: should be a mapping of what differs'],
    ['{ production: }', '7:17 environments.production: is what stands outside'],
    ['{ github-production: }', '7:17 environments.github-production: should be another one'],
    ['{ nineteen-characters: }', '7:17 environments.nineteen-characters: should have at most 18'],
    ['{ "../x": }', '7:17 environments.../x: should have only a-z'],
    ['{ staging: { app: { start: null } } }', '7:42 environments.staging.app.start: should be a list'],
    [
      '{ staging: { gke: { minimal: true } } }',
      '7:44 environments.staging.gke.minimal: is for `mode: standard`',
    ],
    [
      '{ staging: { gke: { mode: standard } } }',
      '7:41 environments.staging.gke.mode: takes other files than infra/terraform: set',
    ],
    [
      '{ staging: { gke: { redis: memorystore } } }',
      '7:42 environments.staging.gke.redis: takes other files than infra/terraform and infra/kubernetes: set',
    ],
    [
      '{ staging: { gke: { namespace: chat } } }',
      '7:46 environments.staging.gke.namespace: is the one of production',
    ],
    [
      '{ staging: { kubernetes: { namespace: talk } } }',
      '7:53 environments.staging.kubernetes.namespace: is the one of production, in the same context',
    ],
    [
      '{ a: { gke: { namespace: same } }, b: { gke: { namespace: same } } }',
      '7:73 environments.b.gke.namespace: is the one of a',
    ],
  ])('of %s stand where it says so', (overlays, problem) => {
    expect(problems(overlays)).toEqual([expect.stringContaining(`rtdeploy.yaml:${problem}`)])
  })

  it('stand where production has what does not go together, with the name of the environment', () => {
    const hosted = base.replace('region: europe-west1', 'region: europe-west1, host: chat.example.com')
    const named = hosted.replace('host:', 'certificate: managed, host:')
    expect(problems('{ staging: { gke: { host: null, certificate: managed } } }', named)).toEqual([
      expect.stringMatching(/environments\.staging\.gke\.certificate: needs `host`/),
    ])
    expect(problems('{ staging: }', hosted)).toEqual([
      expect.stringMatching(/gke\.host: needs a name of its own: chat\.example\.com leads to production/),
    ])
  })

  it('are told together with those of production', () => {
    const wrong = base.replace('replicas: 4', 'replicas: 0')
    const found = problems('{ staging: { app: { replicas: 99 } } }', wrong)
    expect(found.map(line => line.split(' ')[1])).toEqual([
      'app.replicas:',
      'environments.staging.app.replicas:',
    ])
  })

  it.each(['./infra/terraform', 'infra/terraform/', 'infra//terraform', 'infra/./terraform//'])(
    'arise in the folder of production as %s, too',
    folder => {
      expect(problems(`{ staging: { gke: { mode: standard, terraform: ${folder} } } }`)).toEqual([
        expect.stringContaining('gke.mode: takes other files than infra/terraform: set'),
      ])
      expect(parse(`{ staging: { gke: { terraform: ${folder} } } }`, 'staging').gke?.terraform).toBe(
        'infra/terraform',
      )
    },
  )

  it('arise between two that share a folder of their own', () => {
    const staging = 'staging: { gke: { terraform: infra/extra, mode: standard } }'
    const qa = (mode: string) => `qa: { gke: { terraform: ./infra/extra, mode: ${mode} } }`
    expect(problems(`{ ${staging}, ${qa('standard')} }`)).toEqual([])
    expect(problems(`{ ${staging}, ${qa('autopilot')} }`)).toEqual([
      expect.stringContaining(
        'environments.qa.gke.mode: takes other files than infra/extra of staging: set `terraform: infra/qa/terraform`',
      ),
    ])
    const here = base.replace(/^target: gke$/m, 'target: kubernetes').replace(/^gke: .*$/m, '')
    const google = (mode: string) => `{ gke: { project: my-project, region: r-west1, mode: ${mode} } }`
    expect(problems(`{ staging: ${google('standard')}, qa: ${google('autopilot')} }`, here)).toEqual([
      expect.stringContaining('environments.qa.gke.mode: takes other files than infra/terraform of staging'),
    ])
  })

  it('are told once where one differs from production', () => {
    expect(problems('{ staging: { gke: { mode: standard } }, qa: }')).toHaveLength(1)
  })

  it('do not arise with folders of its own', () => {
    const folders = 'terraform: infra/staging/terraform, manifests: infra/staging/manifests'
    expect(problems(`{ staging: { gke: { mode: standard, redis: memorystore, ${folders} } } }`)).toEqual([])
  })
})

describe('names of environments', () => {
  it('give names that no other app can have, and that fit', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/)
    fc.assert(
      fc.property(name, name, (app, environment) => {
        fc.pre(app.length + environment.length + 2 <= longestBase)
        const { base: made } = gkeNames(app, { project: 'p', region: 'r', minimal: false }, environment)
        expect(made).toBe(`${app}--${environment}`)
        expect(made.length).toBeLessThanOrEqual(longestBase)
      }),
    )
  })
})

describe('laying over', () => {
  it('leaves what it is laid over untouched, and puts nothing into prototypes', () => {
    const before = { a: { b: 1 } }
    const merged = layOver(before, JSON.parse('{ "__proto__": { "bad": true }, "a": { "c": 2 } }'))
    expect(merged).toMatchObject({ a: { b: 1, c: 2 } })
    expect(before).toEqual({ a: { b: 1 } })
    expect(({} as Record<string, unknown>).bad).toBeUndefined()
  })

  it('of nothing is nothing, twice is once', () => {
    const json = fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.dictionary(fc.string(), fc.integer())))
    fc.assert(
      fc.property(json, json, (one, other) => {
        expect(layOver(one, {})).toEqual(one)
        expect(layOver(layOver(one, other), other)).toEqual(layOver(one, other))
      }),
    )
  })
})
