import { describe, expect, it } from 'vitest'
import { describeFiles, planScaffold } from '../../../src/plan/scaffold.ts'

const file = (path: string, contents = 'new', executable = false) => ({ path, contents, executable })

function states(
  there: Record<string, string>,
  { isProject = false, force = false } = {},
): Record<string, string> {
  const contents = new Map(Object.entries(there).map(([path, text]) => [path, Buffer.from(text)]))
  const files = [file('README.md'), file('rtdeploy.yaml'), file('.gitignore'), file('src/a.ts')]
  const plan = planScaffold('/p', files, { contents, isProject }, force)
  return Object.fromEntries(plan.files.map(({ path, state }) => [path, state]))
}

describe('planScaffold', () => {
  it('creates what is not there', () => {
    expect(new Set(Object.values(states({})))).toEqual(new Set(['create']))
  })

  it('leaves alone what is identical', () => {
    expect(states({ 'rtdeploy.yaml': 'new' })).toMatchObject({
      'rtdeploy.yaml': 'identical',
      'src/a.ts': 'create',
    })
  })

  it('calls what differs a conflict', () => {
    expect(states({ 'src/a.ts': 'old' })).toMatchObject({ 'src/a.ts': 'conflict' })
  })

  it('skips a README and a .gitignore that were there first, but not those of a project', () => {
    const there = { 'README.md': 'mine', '.gitignore': 'mine' }
    expect(states(there)).toMatchObject({ 'README.md': 'skip', '.gitignore': 'skip' })
    expect(states(there, { isProject: true })).toMatchObject({
      'README.md': 'conflict',
      '.gitignore': 'conflict',
    })
  })

  it('overwrites with consent, what differs only', () => {
    expect(states({ 'README.md': 'mine', 'src/a.ts': 'new' }, { force: true })).toMatchObject({
      'README.md': 'overwrite',
      'src/a.ts': 'identical',
    })
  })

  it('is a plan of writes, with a reason where there is nothing to do', () => {
    const found = { contents: new Map([['b', Buffer.from('new')]]), isProject: false }
    const plan = planScaffold('/p', [file('bin/a', '#!', true), file('b')], found, false)
    expect(plan.steps).toEqual([
      {
        id: 'file.create:bin/a',
        title: 'create bin/a',
        action: { kind: 'write', path: '/p/bin/a', contents: '#!', mode: 0o755 },
      },
      {
        id: 'file.identical:b',
        title: 'identical b',
        action: { kind: 'write', path: '/p/b', contents: 'new' },
        skip: 'identical',
      },
    ])
  })
})

it('describes a folder in one line when its files fare alike', () => {
  expect(
    describeFiles([
      { path: 'src/a.ts', state: 'create' },
      { path: 'src/lib/b.ts', state: 'create' },
      { path: 'test/a.ts', state: 'create' },
      { path: 'test/b.ts', state: 'identical' },
      { path: 'one/a', state: 'identical' },
      { path: 'README.md', state: 'conflict' },
    ]),
  ).toEqual([
    'create     src/  (2 files)',
    'create     test/a.ts',
    'identical  test/b.ts',
    'identical  one/  (1 file)',
    'conflict   README.md',
  ])
})
