import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { longestConfig, parseConfig } from '../../../src/config/parse.ts'
import { UserError } from '../../../src/errors.ts'
import { hostileNames } from '../../support/hostile-names.ts'

const least = 'version: 1\nname: chat\napp:\n  start: [node, main.js]\n'

function problemsOf(text: string): readonly string[] {
  return refusal(text).details
}

function refusal(text: string): UserError {
  try {
    parseConfig(text, 'rtdeploy.yaml')
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('parseConfig', () => {
  it('fills in every default', () => {
    expect(parseConfig(least, 'rtdeploy.yaml')).toEqual({
      version: 1,
      name: 'chat',
      target: 'local',
      app: {
        replicas: 3,
        install: ['npm', 'install'],
        start: ['node', 'main.js'],
        env: {},
        ready: '/readyz',
        socketPath: '/socket.io/',
      },
      dev: { watch: [] },
      loadBalancer: { kind: 'envoy', affinity: 'cookie', timeout: 3600, draining: 30 },
      backends: { redis: 'auto', mongo: 'auto' },
      verify: { identity: 'event:hostname', namespace: '/' },
      local: { port: 3000, env: {} },
    })
  })

  it('reports every problem at once, each at its line and column', () => {
    const text = `${least}  replicas: three
  env: { 1A: x, PORT: "3", LEVEL: 3 }
  ready: readyz
local:
  prot: 3
loadBalancer: { timeout: 0, kind: foo }
`
    expect(problemsOf(text)).toEqual([
      'rtdeploy.yaml:5:13 app.replicas: should be a whole number from 1 to 20, found "three"',
      'rtdeploy.yaml:6:10 app.env.1A: is no name for an environment variable',
      'rtdeploy.yaml:6:17 app.env.PORT: is set by rtdeploy for each replica, leave it out',
      'rtdeploy.yaml:6:35 app.env.LEVEL: should be text; put a number, true or false in quotes, found 3',
      'rtdeploy.yaml:7:10 app.ready: should be a path that begins with one slash and holds no spaces, found "readyz"',
      'rtdeploy.yaml:9:3 local.prot: unknown key, did you mean port?',
      'rtdeploy.yaml:10:26 loadBalancer.timeout: should be a whole number from 1 to 86400, found 0',
      'rtdeploy.yaml:10:35 loadBalancer.kind: should be one of envoy, classic, found "foo"',
    ])
  })

  it('exits 2 with a stable code', () => {
    expect(refusal('')).toMatchObject({ code: 'config.invalid', exitCode: 2 })
    expect(refusal('').hint).toContain('rtdeploy.yaml')
  })

  it.each([
    ['an empty file', '', ':1:1 should be a mapping with `version`, `name`, `app` and more, found nothing'],
    ['only comments', '# nothing\n', 'found nothing'],
    ['a list', '- a\n', 'found a list'],
    ['a word', 'chat\n', 'found "chat"'],
    ['a tab', 'app:\n\tstart: [node]\n', ':2:1 a tab cannot indent in YAML, use spaces'],
    ['two documents', `${least}---\nname: b\n`, ':5:1 a second document begins here'],
    ['a key twice', `${least}name: other\n`, ':5:1 name: is there twice, keep one'],
    ['a missing key', 'version: 1\nname: chat\n', 'app: is missing, it should be a mapping'],
    ['a key without a value', `${least}local:\n`, ':5:7 local: should be a mapping, found nothing'],
    ['an unknown key near a known one', `${least}replicsa: 2\n`, 'unknown key'],
    ['an unknown key far from all', `${least}zzz: 2\n`, 'the keys here are version, name, target, app'],
    ['an unknown tag', `${least}local: !!js/function x\n`, 'not YAML: Unresolved tag'],
    ['an open bracket', 'app: [1, 2\n', 'not YAML: '],
    [
      'a shell line for a command',
      `${least}  build: npm run build\n`,
      'should be a list of program and arguments',
    ],
    ['an empty command', `${least}  build: []\n`, 'found an empty list'],
    ['a NUL in an argument', `${least}  build: ["a\\0b"]\n`, 'should hold no NUL character'],
    ['an alias without anchor', `${least}  env: *x\n`, ':5:8 *x has no anchor before it'],
    [
      'an alias inside of its anchor',
      'verify:\n  auth: &a { a: *a }\n',
      '*a stands inside of its own anchor',
    ],
    ['a folder outside', `${least}dev: { watch: [../x] }\n`, 'should be a folder inside the project'],
    ['a protocol-relative path', `${least}  ready: //evil/x\n`, 'begins with one slash'],
    ['a socket path without end', `${least}  socketPath: /ws\n`, 'should begin and end with a slash'],
    [
      'an unknown way to identify',
      `${least}verify: { identity: guess }\n`,
      'should be event:NAME, header:NAME',
    ],
    [
      'a call without event',
      `${least}verify: { fanOut: { send: [1], receive: x } }\n`,
      'begin with the name of an event',
    ],
    ['__proto__ as a key', `${least}__proto__: { a: 1 }\n`, '__proto__: unknown key'],
    ['a list as a key', '? [a, b]\n: 1\n', '[ a, b ]: unknown key'],
    ['too deep a nesting', `a: ${'['.repeat(30_000)}`, 'nested too deeply'],
    ['too many aliases', `a: &a [x]\nb: [${'*a, '.repeat(200)}]\n`, 'has more than 100 aliases'],
    ['too long a file', `# ${'x'.repeat(longestConfig)}`, `at most ${longestConfig} are read`],
    ['ten megabytes', 'k: v\n'.repeat(2_000_000), `at most ${longestConfig} are read`],
  ])('refuses %s', (_what, text, problem) => {
    expect(problemsOf(text).join('\n')).toContain(problem)
  })

  it('says that a newer file needs a newer rtdeploy, and nothing else', () => {
    const error = refusal('version: 2\nfoo: 1\n')
    expect(error.message).toBe('rtdeploy.yaml has version 2, this rtdeploy knows version 1')
    expect(error).toMatchObject({
      code: 'config.newer',
      hint: 'update rtdeploy: npx rtdeploy@latest',
      exitCode: 2,
    })
  })

  it.each(hostileNames)('refuses the name %j', name => {
    const text = `version: 1\nname: ${JSON.stringify(name)}\napp: { start: [node] }\n`
    expect(problemsOf(text).join()).toContain(':2:7 name: should')
  })

  it('shows a few of very many problems', () => {
    const many = Array.from({ length: 100 }, (_, index) => `key${index}: 1\n`).join('')
    const problems = problemsOf(`${least}${many}`)
    expect(problems).toHaveLength(21)
    expect(problems.at(-1)).toBe('and 80 more')
  })

  it('lets no control sequence of the file reach the terminal', () => {
    const problems = problemsOf(`${least}"a\\e[31m\\u202e": 1\n`).join()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(problems).not.toMatch(/[\u0000-\u001f\u202e]/)
  })

  it('takes CRLF, a byte order mark, anchors and comments', () => {
    expect(parseConfig(`\ufeff${least.replaceAll('\n', '\r\n')}`, 'x').name).toBe('chat')
    const anchored = 'version: 1 # one\nname: chat\napp:\n  start: &run [node, a.js]\n  build: *run\n'
    expect(parseConfig(anchored, 'x').app.build).toEqual(['node', 'a.js'])
  })

  it('gives positions that are right after CRLF', () => {
    expect(problemsOf(`${least}local: { port: x }\n`.replaceAll('\n', '\r\n'))[0]).toContain(
      ':5:16 local.port',
    )
  })

  it('ends in a config or in a refusal, whatever the file holds', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        ...least.split('\n'),
        '\n',
        '  ',
        '- ',
        ': ',
        '{',
        '}',
        '[',
        ']',
        '&a',
        '*a',
        '!!map',
        '|',
        '<<',
        '"',
        '? ',
      ),
      fc.constantFrom(
        'local:',
        'verify:',
        '  fanOut:',
        'loadBalancer: ',
        'backends: {redis: off}',
        '\t',
        '---\n',
        '%YAML 1.1\n',
      ),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), pieces => {
        const text = pieces.join('')
        try {
          parseConfig(text, 'rtdeploy.yaml')
        } catch (error) {
          if (!(error instanceof UserError)) throw error
          expect(error.exitCode).toBe(2)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
