import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isWorkflowFolder,
  problemOfBranch,
  problemOfRepository,
  repositoryOfRemote,
} from '../../../src/config/github.ts'
import { hostileNames } from '../../support/hostile-names.ts'

describe('repositoryOfRemote', () => {
  it.each([
    ['https://github.com/acme/chat.git', 'acme/chat'],
    ['https://github.com/acme/chat', 'acme/chat'],
    ['https://github.com/Acme/Chat/', 'Acme/Chat'],
    ['https://x-access-token:secret@github.com/acme/chat.git', 'acme/chat'],
    ['git@github.com:acme/chat.git', 'acme/chat'],
    ['github.com:acme/chat.js', 'acme/chat.js'],
    ['ssh://git@github.com/acme/chat.git', 'acme/chat'],
    ['ssh://git@ssh.github.com:443/acme/chat.git', 'acme/chat'],
    ['git@github.com:some_company/.github.git', 'some_company/.github'],
    ['https://gitlab.com/acme/chat.git', undefined],
    ['https://github.com.example.com/acme/chat.git', undefined],
    ['https://example.com/@github.com/acme/chat', undefined],
    ['git@github.example.com:acme/chat.git', undefined],
    ['https://github.com/acme', undefined],
    ['https://github.com/acme/chat/extra', undefined],
    ["https://github.com/acme/chat' || true", undefined],
    ['/srv/git/chat.git', undefined],
    ['../chat', undefined],
    ['', undefined],
  ])('of %s is %s', (url, repository) => {
    expect(repositoryOfRemote(url)).toBe(repository)
  })

  it('gives nothing that a repository may not be called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), end => {
        const found = repositoryOfRemote(`https://github.com/${end}`)
        if (found !== undefined) expect(found).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]*\/[A-Za-z0-9._-]+$/)
      }),
      { numRuns: 500 },
    )
  })
})

describe('problemOfRepository', () => {
  it.each(['acme/chat', 'a/b', 'Acme-Inc/my.chat_2', `${'a'.repeat(39)}/${'b'.repeat(100)}`])(
    'has none with %s',
    text => expect(problemOfRepository(text)).toBeUndefined(),
  )

  it.each([
    'acme',
    '/chat',
    'acme/',
    'acme/..',
    'acme/.',
    'acme/chat.git',
    'acme/chat/x',
    '-acme/chat',
    "acme/chat' || 'a' == 'a",
    'acme/chat\n',
    'acme/chat"',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a workflow's own syntax must not get through
    'acme/${{github.token}}',
    `${'a'.repeat(40)}/chat`,
    ...hostileNames.filter(name => name !== 'a/b'),
    ...hostileNames.filter(name => !/^[\w.-]{1,100}$/.test(name)).map(name => `acme/${name}`),
  ])('refuses %j', text => {
    expect(problemOfRepository(text)).toMatch(/^should /)
  })
})

describe('problemOfBranch', () => {
  it.each(['main', 'release/2.x', 'a', 'v1_2-3'])('has none with %s', text => {
    expect(problemOfBranch(text)).toBeUndefined()
  })

  it.each(['', '*', '**', '!main', 'a..b', 'a//b', '-x', 'a/.b', 'a.lock', 'main\n', 'a b', "main'", 'a/'])(
    'refuses %j',
    text => expect(problemOfBranch(text)).toMatch(/^should /),
  )
})

it('a workflow works in plain folders only', () => {
  expect(['', 'apps/chat/', 'a/b_c/d.e/'].map(isWorkflowFolder)).toEqual([true, true, true])
  const hostile = ['../x/', 'a//b/', '/a/', 'a b/', './x/', '-x/', 'a/$', 'a\n']
  expect(hostile.filter(isWorkflowFolder)).toEqual([])
})
