import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type Command, Secret, shellLine } from '../../src/command.ts'
import { formatError, printable, systemProblem, toolError, UserError } from '../../src/errors.ts'
import { reportedError } from '../../src/report/json.ts'

const hostileCharacters = '\u001b\u009b\u202e\u0007\u0000\r'
const plain = (_style: string, text: string) => text
const golden = join(import.meta.dirname, '../golden/errors')

/** UPDATE_GOLDEN=1 rewrites what is expected. */
function expectGolden(name: string, text: string): void {
  const path = join(golden, `${name}.txt`)
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${text}\n`)
  }
  expect(`${text}\n`).toBe(readFileSync(path, 'utf8'))
}

const tool: Command = { program: '/usr/bin/npm', args: ['ci', '--prefix', 'my app'], cwd: '/p' }
const numbered = (count: number) => Array.from({ length: count }, (_, at) => `line ${at + 1}`).join('\n')
const system = (code: string, syscall: string, path?: string) =>
  Object.assign(new Error(`${code}: ...`), { code, syscall, ...(path === undefined ? {} : { path }) })

describe('formatError', () => {
  it.each([
    ['hint', new UserError('nothing is running here', { code: 'target.not-running', hint: 'rtdeploy up' })],
    [
      'details',
      new UserError('2 problems in rtdeploy.yaml', {
        code: 'config.invalid',
        hint: 'rtdeploy.yaml',
        details: ['rtdeploy.yaml:3:1 one', 'rtdeploy.yaml:9:4 two'],
      }),
    ],
    ['tool-silent', toolError(tool, 'exited with 1', '', { code: 'tool.failed', hint: 'npm doctor' })],
    [
      'tool-short',
      toolError(tool, 'exited with 1', numbered(27), { code: 'tool.failed', hint: 'npm doctor' }),
    ],
    [
      'tool-long',
      toolError(tool, 'exited with 1', numbered(5000), { code: 'tool.failed', hint: 'npm doctor' }),
    ],
  ])('says %s', (name, error) => expectGolden(name, formatError(error, plain)))

  it('shows a bug of ours with its stack and what to do', () => {
    const error = new TypeError('x is not a function')
    error.stack = 'TypeError: x is not a function\n    at a (main.js:1:2)\n    at b (main.js:3:4)'
    expectGolden('bug', formatError(error, plain))
  })

  it.each([['a text'], [undefined], [{ code: 1 }], [Object.assign(new Error('m'), { stack: undefined })]])(
    'has words for a thrown %s',
    thrown => {
      expect(formatError(thrown, plain)).toContain('code: rtdeploy.bug')
    },
  )

  it('lets nothing that others wrote drive the terminal', () => {
    const hostile = '\u001b]0;title\u0007\u001b[2J\u009b31mred\u202eevil\r'
    const error = new UserError(hostile, { code: 'a.b', hint: hostile, details: [hostile] })
    const tooled = toolError({ program: 'x', args: [hostile] }, 'exited with 1', hostile, error)
    for (const text of [formatError(error, plain), formatError(tooled, plain)])
      expect([...hostileCharacters].filter(one => text.includes(one))).toEqual([])
  })
})

describe('systemProblem', () => {
  it.each([
    ['EACCES', 3, 'file.refused', 'no permission for /p/.rtdeploy (EACCES, mkdir)'],
    ['EROFS', 3, 'file.refused', 'no permission for /p/.rtdeploy (EROFS, mkdir)'],
    ['ENOSPC', 1, 'disk.full', 'no room to write /p/.rtdeploy (ENOSPC, mkdir)'],
    ['EEXIST', 1, 'file.blocked', 'something is in the way of /p/.rtdeploy (EEXIST, mkdir)'],
    [
      'EMFILE',
      1,
      'system.exhausted',
      'the system has no more processes, files or memory to give (EMFILE, mkdir)',
    ],
    ['ENOENT', 1, 'file.blocked', 'something is in the way of /p/.rtdeploy (ENOENT, mkdir)'],
  ])('makes a problem of the person of %s', (code, exitCode, name, message) => {
    expect(systemProblem(system(code, 'mkdir', '/p/.rtdeploy'))).toMatchObject({
      code: name,
      exitCode,
      message,
    })
  })

  it.each([
    ['a bug', new TypeError('x')],
    ['a file that must be there', system('ENOENT', 'open', '/x')],
    ['a folder that must be there', system('ENOENT', 'scandir', '/x')],
    ['a socket', system('ECONNREFUSED', 'connect')],
    ['no permission without a path', system('EPERM', 'kill')],
    ['no error', 'EACCES'],
    ['undefined', undefined],
  ])('leaves %s alone', (_what, error) => expect(systemProblem(error)).toBeUndefined())
})

describe('a Secret', () => {
  const secret = new Secret('canary-5f2d')
  it.each([
    ['a string', `${secret}`],
    ['JSON', JSON.stringify({ secret, list: [secret] })],
    ['inspection', inspect({ secret }, { depth: 9, showHidden: true })],
    ['keys', Object.entries(secret).join()],
    ['a shell line', shellLine({ program: 'x', args: ['--token', secret] })],
    [
      'an error',
      formatError(
        toolError({ program: 'x', args: [secret] }, 'failed', '', { code: 'a.b', hint: 'c' }),
        plain,
      ),
    ],
    [
      'a JSON error',
      JSON.stringify(
        reportedError(toolError({ program: 'x', args: [secret] }, 'failed', '', { code: 'a.b', hint: 'c' })),
      ),
    ],
    ['a copy', JSON.stringify({ ...secret })],
  ])('does not show in %s', (_where, text) => expect(text).not.toContain('canary'))

  it('is there for who asks', () => expect(secret.reveal()).toBe('canary-5f2d'))
})

describe('shellLine', () => {
  it.each([
    [['ls', '-l', '/a/b_c.d'], 'ls -l /a/b_c.d'],
    [['a b', ''], `'a b' ''`],
    [['echo', "it's"], `echo 'it'\\''s'`],
    [['echo', '$(id)', '`id`', ';', '&&', '*', '~'], "echo '$(id)' '`id`' ';' '&&' '*' '~'"],
    [['echo', 'a\nb'], "echo 'a\nb'"],
    [['echo', 'ünï'], "echo 'ünï'"],
  ])('quotes %j', ([program = '', ...args], line) => expect(shellLine({ program, args })).toBe(line))
})

describe('printable', () => {
  it.each([
    ['plain text', 'plain text'],
    ['tab\tand\nnewline', 'tab\tand\nnewline'],
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b[38;2;1;2;3mrgb\u001b[m', 'rgb'],
    ['\u001b]0;owned\u0007title', 'title'],
    ['\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u001b]52;c;ZXZpbA==\u0007clip', 'clip'],
    ['\u001bPq#0;2;0;0;0\u001b\\sixel', 'sixel'],
    ['\u001b(Bset', 'set'],
    ['\u001bcreset', 'reset'],
    ['\u001b[2J\u001b[1;1Hhome', 'home'],
    ['a\rb\u0008c\u0007d\u0000e', 'abcde'],
    ['\u009b2Jc1', '2Jc1'],
    ['user\u202egnp.exe', 'usergnp.exe'],
    ['\u2066iso\u2069', 'iso'],
    ['日本 ünï 👩‍👩‍👧', '日本 ünï 👩‍👩‍👧'],
    ['\u001b', ''],
    ['\u001b[', ''],
    ['\u001b]0;never ends', 'never ends'],
  ])('shows %j as %j', (text, shown) => {
    expect([...hostileCharacters].filter(one => printable(text).includes(one))).toEqual([])
    if (!text.includes('never')) expect(printable(text)).toBe(shown)
  })

  // Linear takes milliseconds; a pattern that goes back and forth takes minutes, which the test's time limit ends.
  it.each(['\u001b[', '\u001b[;', '\u001b]', '\u001b]x', '0;', ';;', '  ', '(('])(
    'is not slowed down by a million times %j',
    piece => {
      expect(printable(`\u001b[${piece.repeat(1_000_000)}`)).not.toContain('\u001b')
    },
  )
})
