import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeRule, explanation, rules } from '../../../src/report/rules.ts'

const src = join(import.meta.dirname, '../../../src')
const named = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts'))
  .map(name => readFileSync(join(src, name), 'utf8'))
  .flatMap(text => [...text.matchAll(/RT\d{3}/g)].map(([id]) => id))

describe('the rules', () => {
  it('explain every id that a check can name', () => {
    expect(new Set(named).size).toBeGreaterThan(5)
    const known = rules.map(rule => rule.id)
    expect([...new Set(named)].filter(id => !known.includes(id))).toEqual([])
  })

  it('are named as the next thing to read after a check that failed', () => {
    const check = { id: 'a.b', title: '', wanted: '', found: '', status: 'fail' } as const
    expect(explanation([{ ...check, why: 'RT008: polling (RT009)' }])).toEqual(['rtdeploy explain RT008'])
    expect(
      explanation([
        { ...check, status: 'warn', why: 'RT011' },
        { ...check, why: 'slow' },
      ]),
    ).toEqual([])
  })

  it('are in the order of their ids, each once', () => {
    const ids = rules.map(rule => rule.id)
    expect(ids).toEqual([...new Set(ids)].sort())
  })

  it.each(rules.map(rule => [rule.id, rule] as const))(
    '%s fits a terminal and names its source',
    (_id, rule) => {
      const text = describeRule(rule)
      expect(text.split('\n').filter(line => line.length > 120)).toEqual([])
      expect(rule.source).toMatch(/^https:\/\//)
    },
  )
})
