import { execFile } from 'node:child_process'
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { packageRoot, temporaryFolder } from '../support/run-cli.ts'
import { chatProject } from './docker-project.ts'

const template = join(packageRoot, 'chat-template')
const run = promisify(execFile)

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => {
  folder = await temporaryFolder()
  await chatProject(folder.path)
  await symlink(join(template, 'node_modules'), join(folder.path, 'node_modules'), 'junction')
}, 60_000)
afterAll(() => folder[Symbol.asyncDispose]())

const path = (name: string) => join(folder.path, name)
async function insert(name: string, after: string, lines: string): Promise<void> {
  const text = await readFile(path(name), 'utf8')
  expect(text.split(after)).toHaveLength(2)
  await writeFile(path(name), text.replace(after, `${after}${lines}`))
}

/** What the compiler says; empty when it is content. */
const problems = () =>
  run(process.execPath, [join(template, 'node_modules', 'typescript', 'bin', 'tsc'), '--noEmit', '-p', '.'], {
    cwd: folder.path,
  }).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  )

/** The steps of README.md, "Add an event", for an event that tells how long a text is. */
it('adds an event in the three places that README.md names, and not without the line', async () => {
  const readme = await readFile(path('README.md'), 'utf8')
  const steps = readme.match(/### Add an event\n\n([\s\S]*?)\n\n/)?.[1] ?? ''
  const named = [...steps.matchAll(/^\d\. `([\w./<>]+)`/gm)].map(([, name]) => name)
  expect(named).toEqual(['shared/events.ts', 'server/handlers/<event>.ts', 'client/chat.ts'])

  await insert(
    'shared/events.ts',
    'export const requests = {\n',
    "  'text:length': v.object({ text: messageText }),\n",
  )
  await insert(
    'shared/events.ts',
    'export interface Replies {\n',
    "  'text:length': { characters: number }\n",
  )
  await writeFile(
    path('server/handlers/text-length.ts'),
    `import type { Handler } from '../context.ts'

export const textLength: Handler<'text:length'> = (_context, _socket, { text }) => ({ characters: text.length })
`,
  )
  await insert(
    'client/chat.ts',
    'export class Chat {\n',
    "  lengthOf(text: string) {\n    return this.ask('text:length', { text })\n  }\n\n",
  )
  expect(await problems()).toMatch(/^server\/handlers\.ts\(.*text:length.* is missing/m)

  const imported = "import type { Handler } from './context.ts'\n"
  await insert('server/handlers.ts', imported, "import { textLength } from './handlers/text-length.ts'\n")
  const table = 'export const handlers: { [E in RequestName]: Handler<E> } = {\n'
  await insert('server/handlers.ts', table, "  'text:length': textLength,\n")
  expect(await problems()).toBe('')

  await writeFile(
    path('test/recipe.test.ts'),
    `import { expect, it } from 'vitest'
import { person, until } from './person.ts'
import { startReplica } from './replica.ts'

it('answers', async () => {
  const replica = await startReplica()
  const ada = person(replica.url, 'Ada')
  await until('connected', () => ada.chat.online)
  expect(await ada.chat.lengthOf('three')).toEqual({ ok: true, characters: 5 })
  ada.close()
  await replica.stop()
})
`,
  )
  const vitest = join(template, 'node_modules', 'vitest', 'vitest.mjs')
  const { stdout } = await run(process.execPath, [vitest, 'run', 'test/recipe.test.ts'], {
    cwd: folder.path,
    env: { ...process.env, NO_COLOR: '1', VITEST: '' },
  })
  expect(stdout).toMatch(/Tests +1 passed/)
}, 180_000)
