import * as rtdeployYaml from '../../templates/chat/rtdeploy.yaml.hbs'
import type { Found } from '../plan/scaffold.ts'
import type { TreeFile } from '../run/host.ts'
import type { Answers } from './answers.ts'
import { manifestFiles } from './kubernetes.ts'
import { chatApp } from './kubernetes-answers.ts'
import { configView, renderSection } from './kubernetes-config.ts'
import { render } from './render.ts'

/** All files of a new project: the template's, and rtdeploy.yaml with its schema. Pure. */
export function projectFiles(template: readonly TreeFile[], schema: string, answers: Answers): TreeFile[] {
  const { name, replicas, kubernetes, manifests } = answers
  const copied = template.map(file => {
    const path = projectPath(file.path)
    return path === 'package.json' || path === 'package-lock.json'
      ? { ...file, contents: renamed(file, name) }
      : { ...file, path }
  })
  const named = withIgnores(copied)
  const locked = copied.some(file => file.path === 'package-lock.json')
  const files = [
    ...named,
    { path: 'rtdeploy.schema.json', contents: schema, executable: false },
    { path: 'rtdeploy.yaml', contents: renderConfig(answers, locked), executable: false },
    ...(manifests ? manifestFiles(name, replicas, kubernetes, chatApp) : []),
  ]
  const paths = new Set(files.map(file => file.path.toLowerCase()))
  // Two files whose names differ in case only are one file on macOS and Windows.
  if (paths.size < files.length) throw new TypeError('two files of the template have the same name')
  return files
}

/** What runs leave in .rtdeploy stays out of git and out of the image. */
function withIgnores(files: readonly TreeFile[]): TreeFile[] {
  return files.map(file => {
    const ignores = file.path === '.gitignore' || file.path === '.dockerignore'
    if (!ignores || patterns(file.contents).includes('.rtdeploy')) return file
    return { ...file, contents: `${textOf(file.contents).replace(/\n?$/, '\n')}.rtdeploy/\n` }
  })
}

/** npm leaves .gitignore and .npmrc out of packages, so templates ship them as _gitignore and _npmrc. */
function projectPath(path: string): string {
  return path.replace(/(^|\/)_(?=[a-z][^/]*$)/, '$1.')
}

function renamed(file: TreeFile, name: string): string {
  const manifest = JSON.parse(textOf(file.contents)) as {
    name?: string
    packages?: Record<string, { name?: string }>
  }
  manifest.name = name
  const root = manifest.packages?.['']
  if (root !== undefined) root.name = name
  return `${JSON.stringify(manifest, undefined, 2)}\n`
}

function renderConfig({ name, target, replicas, port, kubernetes }: Answers, locked: boolean): string {
  const install = ['npm', locked ? 'ci' : 'install']
  const view = { name, target, replicas, port, install, ...configView(kubernetes) }
  return render(rtdeployYaml, view) + renderSection(name, kubernetes, chatApp)
}

/** A .gitignore that was there stays as it is: says which lines of ours it lacks. Pure. */
export function gitignoreNote(files: readonly TreeFile[], found: Found): string[] {
  const ours = files.find(file => file.path === '.gitignore')
  const there = found.contents.get('.gitignore')
  if (ours === undefined || there === undefined) return []
  const has = new Set(patterns(there))
  const lacks = patterns(ours.contents).filter(line => !has.has(line))
  return lacks.length === 0 ? [] : [`.gitignore is kept as it was, add these lines to it: ${lacks.join(' ')}`]
}

function patterns(contents: string | Uint8Array): string[] {
  return textOf(contents)
    .split(/\r?\n/)
    .map(line => line.trim().replace(/^\/|\/$/g, ''))
    .filter(line => line !== '' && !line.startsWith('#'))
}

function textOf(contents: string | Uint8Array): string {
  return typeof contents === 'string' ? contents : Buffer.from(contents).toString('utf8')
}
