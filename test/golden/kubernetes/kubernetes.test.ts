import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { initKubernetes, kubernetesCases } from '../../support/kubernetes-cases.ts'

// The first case has all its files, each other one only those that differ from it: what a choice changes is what one reads.
const [base] = kubernetesCases[0] ?? ['']
const folderOf = (name: string) => join(import.meta.dirname, name, 'expected')
const goldenOf = (name: string) => (existsSync(folderOf(name)) ? readdirSync(folderOf(name)).sort() : [])
const textOf = (name: string, file: string) =>
  readFileSync(join(folderOf(name), file), 'utf8').replaceAll('\r\n', '\n')

// UPDATE_GOLDEN=1 rewrites what is expected; the diff is then read by a person.
function rewrite(name: string, files: ReadonlyMap<string, string>): void {
  rmSync(folderOf(name), { recursive: true, force: true })
  mkdirSync(folderOf(name), { recursive: true })
  for (const [file, text] of files) {
    const same = name !== base && goldenOf(base).includes(file) && textOf(base, file) === text
    if (!same) writeFileSync(join(folderOf(name), file), text)
  }
}

describe('infra/kubernetes and rtdeploy.yaml', () => {
  it.each(kubernetesCases)('are as expected for %s', async (name, args) => {
    using made = await initKubernetes(name, args)
    if (process.env.UPDATE_GOLDEN === '1') rewrite(name, made.files)
    const own = goldenOf(name)
    const expected = [...made.files.keys()].map(file => {
      const from = own.includes(file) ? name : base
      return [file, goldenOf(from).includes(file) ? textOf(from, file) : undefined]
    })
    expect(Object.fromEntries(made.files)).toEqual(Object.fromEntries(expected))
    expect(own.filter(file => !made.files.has(file))).toEqual([])
    if (name !== base)
      expect(
        own.filter(file => goldenOf(base).includes(file) && textOf(base, file) === textOf(name, file)),
      ).toEqual([])
  })

  it('have a folder for each case and no other', () => {
    const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter(entry =>
      entry.isDirectory(),
    )
    expect(folders.map(entry => entry.name).sort()).toEqual(kubernetesCases.map(([name]) => name).sort())
  })
})
