import { describe, expect, it } from 'vitest'
import { jsonSchema } from '../../../src/config/json-schema.ts'
import { parseConfig } from '../../../src/config/parse.ts'
import type { TreeFile } from '../../../src/run/host.ts'
import { type Answers, defaults } from '../../../src/scaffold/answers.ts'
import { gitignoreNote, projectFiles } from '../../../src/scaffold/files.ts'
import { kubernetesAnswersOf } from '../../../src/scaffold/kubernetes-answers.ts'

const answers: Answers = {
  ...defaults,
  folder: '/projects/chat',
  name: 'lobby',
  kubernetes: kubernetesAnswersOf({}, 'lobby'),
  manifests: false,
}
const file = (path: string, contents: string | Uint8Array = '', executable = false): TreeFile => ({
  path,
  contents,
  executable,
})
const textOf = (files: readonly TreeFile[], path: string) =>
  Buffer.from(files.find(found => found.path === path)?.contents ?? '').toString()

/** Names of all keys in a schema; those of another target belong into its own part of the file. */
function keysOf(schema: object): string[] {
  const { properties = {} } = schema as { properties?: Record<string, object> }
  return Object.entries(properties)
    .filter(([key]) => key !== 'kubernetes' && key !== 'gke')
    .flatMap(([key, child]) => [key, ...keysOf(child)])
}

describe('projectFiles', () => {
  it('gives back the names that npm would drop', () => {
    const files = projectFiles(
      [file('_gitignore'), file('_npmrc'), file('server/_env.example'), file('src/_x/y')],
      '{}',
      answers,
    )
    const paths = files.map(found => found.path)
    expect(paths).toEqual([
      '.gitignore',
      '.npmrc',
      'server/.env.example',
      'src/_x/y',
      'rtdeploy.schema.json',
      'rtdeploy.yaml',
    ])
  })

  it('names the package and its lock file after the app, as JSON', () => {
    const lock = {
      name: 'chat',
      lockfileVersion: 3,
      packages: { '': { name: 'chat' }, 'node_modules/a': { version: '1.0.0' } },
    }
    const files = projectFiles(
      [
        file('package.json', '{"name":"chat","private":true}'),
        file('package-lock.json', JSON.stringify(lock)),
      ],
      '{}',
      answers,
    )
    expect(textOf(files, 'package.json')).toBe('{\n  "name": "lobby",\n  "private": true\n}\n')
    expect(JSON.parse(textOf(files, 'package-lock.json'))).toEqual({
      ...lock,
      name: 'lobby',
      packages: { ...lock.packages, '': { name: 'lobby' } },
    })
  })

  it('installs by the lock file when there is one', () => {
    const config = (files: readonly TreeFile[]) =>
      parseConfig(textOf(files, 'rtdeploy.yaml'), 'rtdeploy.yaml')
    const lock = file('package-lock.json', '{}')
    expect(config(projectFiles([lock], '{}', answers)).app.install).toEqual(['npm', 'ci'])
    expect(config(projectFiles([], '{}', answers)).app.install).toEqual(['npm', 'install'])
  })

  it('writes a rtdeploy.yaml that holds the answers and names every key that editors know', () => {
    const files = projectFiles([], JSON.stringify(jsonSchema()), { ...answers, replicas: 7, port: 0 })
    const text = textOf(files, 'rtdeploy.yaml')
    expect(parseConfig(text, 'rtdeploy.yaml')).toMatchObject({
      name: 'lobby',
      target: 'local',
      app: { replicas: 7, start: ['node', 'dist/server/main.js'] },
      local: { port: 0 },
      verify: {
        fanOut: {
          send: ['message:send', { room: '$room', clientMsgId: '$id', text: '$text' }],
          receive: 'message:new',
        },
      },
    })
    expect(text).toMatch(/^# yaml-language-server: \$schema=rtdeploy\.schema\.json\n/)
    const unnamed = keysOf(jsonSchema()).filter(key => !new RegExp(`^[ #]*${key}:`, 'm').test(text))
    expect(unnamed).toEqual([])
  })

  it('keeps what runs leave out of git and out of the image', () => {
    const files = projectFiles(
      [file('_gitignore', 'dist/'), file('_dockerignore', '.rtdeploy\ndist\n')],
      '{}',
      answers,
    )
    expect(textOf(files, '.gitignore')).toBe('dist/\n.rtdeploy/\n')
    expect(textOf(files, '.dockerignore')).toBe('.rtdeploy\ndist\n')
  })

  it('keeps bytes and executable bits as they are', () => {
    const bytes = new Uint8Array([0, 255, 10])
    const [icon, script] = projectFiles([file('icon.png', bytes), file('run.sh', '#!', true)], '{}', answers)
    expect(icon?.contents).toBe(bytes)
    expect(script?.executable).toBe(true)
  })

  it('refuses two files that are one on macOS and Windows', () => {
    expect(() => projectFiles([file('a/B.ts'), file('a/b.ts')], '{}', answers)).toThrow('the same name')
    expect(() => projectFiles([file('rtdeploy.yaml')], '{}', answers)).toThrow('the same name')
  })
})

describe('gitignoreNote', () => {
  const ours = [file('.gitignore', '# made\n/node_modules/\ndist\n.env\n')]
  const found = (text: string) => ({
    contents: new Map([['.gitignore', Buffer.from(text)]]),
    isProject: false,
  })

  it('names the lines that a kept .gitignore lacks', () => {
    expect(gitignoreNote(ours, found('node_modules\r\n'))).toEqual([
      '.gitignore is kept as it was, add these lines to it: dist .env',
    ])
  })

  it('is silent when nothing lacks or nothing was there', () => {
    expect(gitignoreNote(ours, found('/dist\nnode_modules/\n.env'))).toEqual([])
    expect(gitignoreNote(ours, { contents: new Map(), isProject: false })).toEqual([])
  })
})
