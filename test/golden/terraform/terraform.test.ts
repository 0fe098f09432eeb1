import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { terraformFiles } from '../../../src/scaffold/terraform.ts'
import { gkeConfigs, terraformTemplate } from '../../support/gke-configs.ts'

// UPDATE_GOLDEN=1 rewrites what is expected; the diff is then read by a person.
function expectFile(path: string, text: string): void {
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  expect(text).toBe(readFileSync(path, 'utf8'))
}

describe.each(Object.entries(gkeConfigs))('the choices %s', (name, gke) => {
  const files = terraformFiles(terraformTemplate(), 'chat', gke)
  const folder = join(import.meta.dirname, name)

  it('take these files, each with these resources, and these values', () => {
    const lines = files.map(file => {
      const found = String(file.contents).matchAll(/^(?:resource|variable|output) .*"(?= \{)/gm)
      return [file.path, ...[...found].map(([line]) => `  ${line}`)].join('\n')
    })
    expectFile(join(folder, 'files.txt'), `${lines.sort().join('\n')}\n`)
    const values = files.find(file => file.path.endsWith('terraform.tfvars.json'))
    expectFile(join(folder, 'terraform.tfvars.json'), String(values?.contents))
  })

  it('give a value to every variable that needs one, and to no other', () => {
    const text = files.map(file => String(file.contents)).join('\n')
    const blocks = text.split(/^variable "/m).slice(1)
    const named = blocks.map(block => block.slice(0, block.indexOf('"')))
    const needed = blocks
      .filter(block => !/^ {2}default /m.test(block.slice(0, block.indexOf('\n}\n'))))
      .map(block => block.slice(0, block.indexOf('"')))
    const values = JSON.parse(String(files.at(-1)?.contents)) as Record<string, unknown>
    expect(Object.keys(values)).toEqual(expect.arrayContaining(needed))
    expect(named).toEqual(expect.arrayContaining(Object.keys(values)))
    expect(new Set(named).size).toBe(named.length)
  })
})

it('every part of the template is taken by one of the choices', () => {
  const folder = join(import.meta.dirname, '..', '..', '..', 'templates', 'terraform')
  const taken = Object.values(gkeConfigs).flatMap(gke =>
    terraformFiles(terraformTemplate(), 'chat', gke).map(file => String(file.contents)),
  )
  for (const part of readdirSync(folder)) {
    for (const name of readdirSync(join(folder, part))) {
      expect(taken, `${part}/${name}`).toContain(readFileSync(join(folder, part, name), 'utf8'))
    }
  }
})
