// biome-ignore-all lint/suspicious/noTemplateCurlyInString: template text must come through as it is
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { compileTemplate } from '../../../scripts/templates.mjs'
import { render, type Template } from '../../../src/scaffold/render.ts'

async function load(body: string): Promise<Template> {
  return (await import(`data:text/javascript,${encodeURIComponent(compile(body))}`)) as Template
}

const compile = (body: string, view = 'a b') => compileTemplate(`{{!-- view: ${view} --}}\n${body}`, 'x.hbs')

describe('compileTemplate', () => {
  it('fills typed holes, and takes a plain condition', async () => {
    const template = await load('x: {{yaml a}} "${a}`\n{{#if b}}\ny: {{json b}}\n{{else}}\nn: 1\n{{/if}}\nz')
    expect(template.names).toEqual(['a', 'b'])
    expect(render(template, { a: 'yes', b: 'b' })).toBe('x: "yes" "${a}`\ny: "b"\nz')
    expect(render(template, { a: '{{yaml b}}', b: '' })).toBe('x: "{{yaml b}}" "${a}`\nn: 1\nz')
  })

  it('gives back any string from a file of all languages', async () => {
    const template = await load('{{#if b}}\na: {{yaml a}}\n{{/if}}\nb: {{json b}}\n')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary', minLength: 1 }), (a, b) => {
        expect(parse(render(template, { a, b }))).toEqual({ a, b })
      }),
      { numRuns: 10_000 },
    )
  })

  it('renders nothing from a view that lacks a name', async () => {
    const template = await load('{{yaml a}}{{yaml b}}')
    expect(() => render(template, { a: 1 })).toThrow('the view has no b')
  })

  it.each([
    ['a raw hole', '{{a}} {{yaml b}}', 'x.hbs:2:1 a raw hole, write it as one of {{yaml x}}'],
    ['a triple hole', '{{yaml a}} {{{yaml b}}}', 'x.hbs:2:12 a raw {{{hole}}}'],
    ['an ampersand hole', '{{yaml a}} {{& b}}', 'a raw {{{hole}}}'],
    ['an unknown kind of hole', '{{shell a}} {{yaml b}}', 'a raw hole'],
    ['a hole with two values', '{{yaml a b}}', 'a raw hole'],
    ['a hole with options', '{{yaml a style=b}}', 'a raw hole'],
    ['a hole with a literal', '{{yaml "text"}}{{yaml a}}{{yaml b}}', 'a hole takes one name'],
    ['a path into a value', '{{yaml a.constructor}}{{yaml b}}', 'a hole takes one name'],
    ['a path upwards', '{{yaml ../a}}{{yaml b}}', 'a hole takes one name'],
    ['private data', '{{yaml @root}}{{yaml a}}{{yaml b}}', 'a hole takes one name'],
    ['a name that the view lacks', '{{yaml a}}{{yaml b}}{{yaml c}}', 'the view has no c, it has a, b'],
    [
      'a condition on a name that the view lacks',
      '{{yaml a}}{{yaml b}}{{#if typo}}x{{/if}}',
      'the view has no typo',
    ],
    ['a raw hole inside of a condition', '{{yaml a}}{{#if b}}{{b}}{{/if}}', 'a raw hole'],
    ['a raw hole inside of an else', '{{yaml a}}{{#if b}}{{else}}{{b}}{{/if}}', 'a raw hole'],
    ['a loop', '{{yaml a}}{{#each b}}x{{/each}}', 'only {{#if name}} is allowed'],
    ['a condition with a call', '{{yaml a}}{{#if (yaml b)}}x{{/if}}', 'only {{#if name}} is allowed'],
    ['a partial', '{{yaml a}}{{yaml b}}{{> other}}', 'PartialStatement is not allowed'],
    ['an unused name', '{{yaml a}}', 'nothing uses b'],
    ['broken braces', '{{yaml a', 'Parse error'],
  ])('refuses %s', (_what, body, problem) => {
    expect(() => compile(body)).toThrow(problem)
  })

  it('refuses a template that does not say what its view has', () => {
    expect(() => compileTemplate('{{yaml a}}', 'x.hbs')).toThrow(
      'x.hbs: begins without {{!-- view: names --}}',
    )
  })
})
