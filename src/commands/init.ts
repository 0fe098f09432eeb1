import { dirname, join, resolve } from 'node:path'
import { readContexts } from '../facts/contexts.ts'
import { readGcloudProject } from '../facts/gcloud-project.ts'
import { describeFiles, planScaffold } from '../plan/scaffold.ts'
import type { Emit } from '../report/events.ts'
import type { Report } from '../report/report.ts'
import type { Host, TreeFile } from '../run/host.ts'
import type { Adopted } from '../scaffold/adopted.ts'
import { adoptedFiles, describeAdopted, noteOfIgnores, withAdopted } from '../scaffold/adopted-files.ts'
import { type Answers, answersOf, type InitOptions } from '../scaffold/answers.ts'
import { askMissing } from '../scaffold/ask.ts'
import { gitignoreNote, projectFiles } from '../scaffold/files.ts'
import { nextLines } from '../scaffold/next.ts'
import { refuseConflicts, refuseImageless, refuseStrangers, refuseTwoSources } from '../scaffold/refuse.ts'
import { readTarget } from '../scaffold/target.ts'
import { unpackTemplate } from '../scaffold/unpack.ts'
import { writeProject } from '../scaffold/write.ts'
import { writtenSteps } from './written.ts'

/**
 * Makes a project: answers first, then what is there, then the plan, and only then the disk.
 * Result: the answers, `files` with the state of each, and the same as `text`.
 */
export async function init(host: Host, options: InitOptions, emit: Emit): Promise<Report> {
  const dryRun = options.dryRun === true
  const force = options.force === true
  if (options.env !== undefined)
    return (await import('./init-environment.ts')).initEnvironment(host, options, emit)
  refuseTwoSources(options)
  const adopted = await readAdopted(host, options)
  refuseImageless(adopted, options.target)
  const given = adopted === undefined ? options : withAdopted(options, adopted, host.cwd)
  const checkFolder = async (folder: string) => {
    if (!force && adopted === undefined) {
      const path = resolve(host.cwd, folder)
      refuseStrangers(path, await readTarget(host, path, ['rtdeploy.yaml']))
    }
  }
  const complete = await askMissing(
    host,
    given,
    () => readContexts(host),
    checkFolder,
    () => {
      emit({ type: 'note', text: 'asking gcloud which project it uses' })
      return readGcloudProject(host)
    },
  )
  // A person thinks as long as they like: what is told is how long the work took.
  const began = host.now()
  const answers = answersOf(complete, host.cwd)
  refuseImageless(adopted, answers.target)
  const { folder } = answers
  const files = await readFiles(host, answers, adopted)
  const paths = files.map(file => file.path)
  const target = await readTarget(host, folder, paths)
  if (!force && adopted === undefined) refuseStrangers(folder, target)
  const plan = planScaffold(folder, files, target, force)
  refuseConflicts(plan.files)
  const changes = plan.steps.some(step => step.skip === undefined)
  const lines = describeFiles(plan.files)
  const kept =
    adopted === undefined
      ? gitignoreNote(files, target)
      : [...(await noteOfIgnores(host, folder)), ...describeAdopted(adopted)]
  if (!dryRun) {
    await writeProject(host, folder, plan, target)
    for (const text of [...lines, ...kept]) emit({ type: 'note', text })
  }
  for (const text of [...(await outerProject(host, folder)), ...alone(answers), ...moved(answers, adopted)])
    emit({ type: 'note', text })
  const steps = writtenSteps(plan, dryRun)
  return {
    schemaVersion: 1,
    verb: 'init',
    outcome: dryRun ? 'planned' : changes ? 'done' : 'nothing-to-do',
    steps,
    checks: [],
    result: { ...answers, files: plan.files, text: [...lines, ...kept].join('\n') },
    next: dryRun ? [] : nextLines(host.env, host.cwd, folder),
    tookMs: host.now() - began,
  }
}

/** A project inside of another one is rarely meant. */
async function outerProject(host: Host, folder: string): Promise<string[]> {
  for (let at = dirname(folder); at !== dirname(at); at = dirname(at)) {
    if ((await host.kindOf(join(at, 'rtdeploy.yaml'))) === 'file')
      return [`note: ${folder} lies inside of another rtdeploy project, ${at}`]
  }
  return []
}

const moved = ({ gke }: Answers, adopted: Adopted | undefined) =>
  adopted?.redis === 'external' && gke?.redis === 'in-cluster'
    ? ['note: the Redis of REDIS_URL becomes a pod beside the app; --memorystore takes Google’s own']
    : []

const alone = ({ replicas }: Answers) =>
  replicas === 1
    ? ['note: one replica proves nothing about sessions and messages between replicas; 2 or more do']
    : []

async function readAdopted(
  host: Host,
  { existing, from, folder }: InitOptions,
): Promise<Adopted | undefined> {
  if (existing !== true && from === undefined) return undefined
  const adopt = await import('../scaffold/adopt.ts')
  return from === undefined ? adopt.readExisting(host, folder ?? '.') : adopt.readAdopted(host, from)
}

async function readFiles(host: Host, answers: Answers, adopted: Adopted | undefined): Promise<TreeFile[]> {
  const schema = await host.readFile(join(host.packageRoot, 'dist', 'schema.json'))
  if (schema === undefined) throw new Error('the installation lacks dist/schema.json')
  const files =
    adopted === undefined
      ? projectFiles(await readPacked(host, `${answers.template}-template`), schema, answers)
      : await adoptedFiles(host, schema, answers, adopted)
  if (answers.gke === undefined) return files
  const { withGke } = await import('../scaffold/gke-files.ts')
  return withGke(files, await readPacked(host, 'terraform'), answers.name, answers.gke)
}

async function readPacked(host: Host, name: string): Promise<TreeFile[]> {
  const packed = await host.readBytes(join(host.packageRoot, 'dist', `${name}.json.br`))
  if (packed === undefined) throw new Error(`the installation lacks dist/${name}.json.br`)
  return unpackTemplate(packed)
}
