// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is HCL's syntax that must not get through
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { hclHole, jsonHole, yamlHole } from '../../../src/scaffold/holes.ts'
import { hostileNames } from '../../support/hostile-names.ts'
import { optional } from '../../support/needs.ts'

const delicate = [
  'yes',
  'NO',
  'on',
  '~',
  'null',
  '1e3',
  '0x1F',
  '1:30',
  '.inf',
  '-',
  '- a',
  '? a',
  'a: b',
  'a #b',
  '#',
  '*a',
  '&a',
  '!a',
  '|',
  '>',
  '@',
  '%',
  '`',
  '',
  ' ',
  '\n',
  'a\n',
  '\ta',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\u0000',
  '\\u0041',
  '\\b',
  '\b\f',
  '${x}',
  '$${x}',
  '$$${x}',
  '%{if x}',
  '%%{',
  '"',
  "'",
  '\\',
  '{{yaml x}}',
  '---',
  '...',
  '=',
  '<<',
  '2024-01-01',
  '/readyz',
  'dev:server',
  'a:',
  '$room',
  '\ud83d\ude00',
  'e\u0301',
]
const anyString = fc.oneof(
  { weight: 5, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  {
    weight: 2,
    arbitrary: fc.array(fc.constantFrom(...delicate), { maxLength: 4 }).map(parts => parts.join('')),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 3000 }) },
)
const runs = { numRuns: 10_000 }
const json = fc.jsonValue({ maxDepth: 3 })

describe('yamlHole', () => {
  it.each([...delicate, ...hostileNames])(
    'keeps %j, in YAML 1.1 and 1.2, in block and flow context',
    text => {
      for (const version of ['1.1', '1.2'] as const) {
        expect(parse(`a: ${yamlHole(text)}\n`, { version })).toEqual({ a: text })
        expect(parse(`a: [x, ${yamlHole(text)}, { b: ${yamlHole(text)} }]\n`, { version })).toEqual({
          a: ['x', text, { b: text }],
        })
      }
    },
  )

  it('gives back any string', () => {
    fc.assert(
      fc.property(anyString, text => {
        expect(parse(`a: ${yamlHole(text)} # comment\nb: 1\n`)).toEqual({ a: text, b: 1 })
      }),
      runs,
    )
  })

  it('gives back any JSON value', () => {
    // The parser makes 0 of -0 and, as JavaScript does, a prototype of __proto__.
    const plain = json.filter(
      value => !/-0\b|__proto__/.test(JSON.stringify(value)) && !hasNegativeZero(value),
    )
    fc.assert(
      fc.property(plain, value => {
        expect(parse(`a: ${yamlHole(value)}\n`)).toEqual({ a: value })
      }),
      {
        numRuns: 2000,
      },
    )
  })

  it('reads as a person would write it', () => {
    expect(yamlHole(['npm', 'run', 'dev:server', '/readyz', 'true', '3'])).toBe(
      '[npm, run, dev:server, /readyz, "true", "3"]',
    )
    expect(yamlHole({ room: '$room', n: 1 })).toBe('{ room: $room, "n": 1 }')
  })
})

describe('jsonHole', () => {
  it('gives back any string', () => {
    fc.assert(
      fc.property(anyString, text => {
        expect(JSON.parse(jsonHole(text))).toBe(text)
      }),
      runs,
    )
  })

  it.each([undefined, Number.NaN, Number.POSITIVE_INFINITY, () => 1])('refuses %s', value => {
    expect(() => jsonHole(value)).toThrow('JSON has no word for')
  })
})

describe('hclHole', () => {
  it('doubles interpolation and directives, and spells out what HCL has no short form for', () => {
    expect(hclHole('${a} $${b} %{c} \b\f\\b "')).toBe('"$${a} $$${b} %%{c} \\u0008\\u000c\\\\b \\""')
  })

  it('refuses what HCL cannot hold', () => {
    expect(() => hclHole('\ud800')).toThrow('surrogate')
    expect(() => hclHole(['a'])).toThrow('no lists')
  })

  it.skipIf(optional('terraform') === undefined)(
    'gives back any string to Terraform',
    () => {
      const strings = [
        ...[...delicate, ...hostileNames],
        ...fc.sample(anyString, { numRuns: 10_000, seed: 7 }),
      ].filter(text => !/\p{Surrogate}/u.test(text))
      const folder = mkdtempSync(join(tmpdir(), 'rtdeploy-hcl-'))
      try {
        const main = `output "all" {\n  value = [${strings.map(hclHole).join(',\n')}]\n}\n`
        writeFileSync(join(folder, 'main.tf'), main)
        const terraform = (...args: string[]) =>
          execFileSync(optional('terraform') ?? '', args, {
            cwd: folder,
            maxBuffer: 1 << 28,
            stdio: ['ignore', 'pipe', 'ignore'],
          })
        terraform('apply', '-auto-approve', '-no-color')
        const { all } = JSON.parse(terraform('output', '-json').toString()) as { all: { value: string[] } }
        expect(strings.filter((text, index) => all.value[index] !== text.normalize('NFC'))).toEqual([])
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
    180_000,
  )
})

function hasNegativeZero(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(hasNegativeZero)
  return Object.is(value, -0)
}
