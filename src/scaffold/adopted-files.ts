import { dirname, join, relative, resolve } from 'node:path'
import * as rtdeployYaml from '../../templates/own/rtdeploy.yaml.hbs'
import { keepsOut } from '../config/dockerignore.ts'
import { similarName } from '../config/name.ts'
import type { Host, TreeFile } from '../run/host.ts'
import type { Adopted } from './adopted.ts'
import type { Answers, InitOptions } from './answers.ts'
import { manifestFiles } from './kubernetes.ts'
import type { App } from './kubernetes-answers.ts'
import { configView, renderSection } from './kubernetes-config.ts'
import { render } from './render.ts'

/** The flags, with what the other tool's file says where they say nothing. Pure. */
export function withAdopted(options: InitOptions, adopted: Adopted, cwd: string): InitOptions {
  const folder = options.folder ?? (relative(cwd, dirname(resolve(cwd, adopted.from))) || '.')
  const named = options.name ?? (adopted.name === undefined ? undefined : similarName(adopted.name))
  return {
    ...options,
    folder,
    ...(named === undefined ? {} : { name: named }),
    replicas: options.replicas ?? adopted.replicas,
    image: options.image ?? adopted.image,
    platform: adopted.platform,
    redis: options.redis ?? adopted.redis,
    mongo: options.mongo ?? adopted.mongo,
    secrets: adopted.secrets,
    ...(adopted.localOnly === true ? { kubernetes: false } : {}),
  }
}

/** What a project gets that has an app already: rtdeploy.yaml with its schema, and the manifests. */
export async function adoptedFiles(
  host: Pick<Host, 'readFile'>,
  schema: string,
  answers: Answers,
  adopted: Adopted,
): Promise<TreeFile[]> {
  const { name, target, replicas, port, folder, kubernetes } = answers
  const { env, secrets } = adopted
  const app: App = { kind: 'own', port: adopted.port, ready: adopted.ready ?? '/', secrets }
  const known = await readPackage(host, folder)
  const view = {
    ...configView(kubernetes),
    name,
    target,
    replicas,
    port,
    env,
    ready: app.ready,
    install: known.install,
    build: known.build,
    start: adopted.start ?? known.start,
    redis: kubernetes.redis === 'off' ? 'off' : 'auto',
    mongo: kubernetes.mongo === 'off' ? 'off' : 'auto',
  }
  const config = render(rtdeployYaml, view) + renderSection(name, kubernetes, app)
  return [
    { path: 'rtdeploy.schema.json', contents: schema, executable: false },
    { path: 'rtdeploy.yaml', contents: config, executable: false },
    ...(await ignores(host, folder)),
    ...(answers.manifests ? manifestFiles(name, replicas, kubernetes, app) : []),
  ]
}

/** What runs leave behind, credentials among it, stays out of git and out of the image. */
const ignoring = { '.gitignore': 'node_modules/\n.rtdeploy/\n', '.dockerignore': '.git\n.rtdeploy\n' }

async function ignores(host: Pick<Host, 'readFile'>, folder: string): Promise<TreeFile[]> {
  const files = Object.entries(ignoring).map(async ([path, contents]) =>
    (await host.readFile(join(folder, path))) === undefined ? [{ path, contents, executable: false }] : [],
  )
  return (await Promise.all(files)).flat()
}

/** Files that were there stay as they are: says what they lack. */
export async function noteOfIgnores(host: Pick<Host, 'readFile'>, folder: string): Promise<string[]> {
  const notes = Object.keys(ignoring).map(async path => {
    const there = await host.readFile(join(folder, path))
    return there === undefined || keepsOut(there, '.rtdeploy')
      ? []
      : [`${path} is kept as it was, add this line to it: .rtdeploy/`]
  })
  return (await Promise.all(notes)).flat()
}

async function readPackage(host: Pick<Host, 'readFile'>, folder: string) {
  const locked = (await host.readFile(join(folder, 'package-lock.json'))) !== undefined
  const scripts = scriptsOf((await host.readFile(join(folder, 'package.json'))) ?? '{}')
  return {
    install: ['npm', locked ? 'ci' : 'install'],
    build: scripts.has('build') ? ['npm', 'run', 'build'] : '',
    start: ['npm', 'start'],
  }
}

function scriptsOf(manifest: string): Set<string> {
  try {
    return new Set(Object.keys((JSON.parse(manifest) as { readonly scripts?: object }).scripts ?? {}))
  } catch {
    // Whoever runs npm there will hear of it.
    return new Set()
  }
}

/** What was taken over and what was not, for people. Pure. */
export function describeAdopted(adopted: Adopted): string[] {
  const { from, image, platform, replicas, port, ready, env, secrets, redis, mongo } = adopted
  const { left, open = [] } = adopted
  const taken = [
    ...(image === undefined ? [] : [`image ${image}`]),
    ...(platform === undefined ? [] : [`platform ${platform}`]),
    ...(replicas === undefined ? [] : [`${replicas} replicas`]),
    `port ${port}`,
    ...(ready === undefined ? [] : [`health check ${ready}`]),
    ...(Object.keys(env).length === 0 ? [] : [`environment ${Object.keys(env).join(', ')}`]),
    ...(secrets.length === 0 ? [] : [`secrets by name ${secrets.join(', ')}`]),
    ...(redis === 'off' ? [] : [`Redis ${redis}`]),
    ...(mongo === 'off' ? [] : [`MongoDB ${mongo}`]),
  ]
  return [
    `from ${from}: ${taken.join('; ')}`,
    ...(left.length === 0 ? [] : [`not taken over:`, ...left.map(line => `  ${line}`)]),
    ...(ready === undefined
      ? [
          'no health check was found: / is asked whether a replica is ready; set app.ready, and the probes in infra/kubernetes',
        ]
      : []),
    ...(open.length === 0 ? [] : ['yours to look at:', ...open.map(line => `  ${line}`)]),
  ]
}
