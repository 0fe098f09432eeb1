import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../support/run-cli.ts'

const read = (path: string) => readFileSync(join(packageRoot, 'chat-template', path), 'utf8')
const readme = read('README.md')

describe('README.md of the chat', () => {
  it('names every variable of the environment with its default, and no other', () => {
    const source = read('server/config.ts')
    const asked = [...source.matchAll(/(?:given|whole|oneOf|address)\('([A-Z_]+)'(?:, ([\d_]+))?/g)]
    const defaults = new Map(asked.map(([, name, value]) => [name, value?.replaceAll('_', '')]))
    const rows = [...readme.matchAll(/^\| `([A-Z_]+)` \|([^|]*)\|/gm)]
    expect(rows.map(([, name]) => name).sort()).toEqual([...defaults.keys(), 'NODE_ENV'].sort())
    for (const [, name, told = ''] of rows) {
      const value = defaults.get(name)
      if (value !== undefined) expect([name, told.trim()]).toEqual([name, value])
    }
  })

  it('names files and commands that are there', () => {
    const paths = [...readme.matchAll(/`((?:server|client|shared|test|compose)\/[\w./-]*)`/g)].map(
      ([, path]) => path!,
    )
    expect(paths.length).toBeGreaterThan(10)
    expect(paths.filter(path => !existsSync(join(packageRoot, 'chat-template', path)))).toEqual([])
    const { scripts } = JSON.parse(read('package.json'))
    const commands = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!)
    expect(commands.filter(name => scripts[name] === undefined)).toEqual([])
  })

  it('names the limits as they are', () => {
    const limits = new Map(
      [...read('shared/limits.ts').matchAll(/^ {2}(\w+): ([\d_]+),/gm)].map(([, name, value]) => [
        name,
        Number(value?.replaceAll('_', '')),
      ]),
    )
    const said = (name: string) => limits.get(name)?.toLocaleString('en')
    expect(readme).toContain(`| ${said('text')}, ${said('name')} and ${said('title')} characters |`)
    expect(readme).toContain(`| rooms of one connection | ${said('rooms')} |`)
    const frames = read('server/slow-readers.ts')
      .match(/mostFrames = ([\d_]+)/)?.[1]
      ?.replaceAll('_', '')
    expect(readme).toContain(`cut at ${Number(frames).toLocaleString('en')} frames`)
    const replayed = read('server/handlers/room-join.ts')
      .match(/mostReplayed = ([\d_]+)/)?.[1]
      ?.replaceAll('_', '')
    expect(readme).toContain(`| a replay | up to ${Number(replayed).toLocaleString('en')} messages;`)
  })
})
