import { describe, expect, it } from 'vitest'
import { compileTemplate } from '../../../scripts/templates.mjs'
import { names } from '../../../templates/chat/rtdeploy.yaml.hbs'

const compile = (body: string, view = 'a b') => compileTemplate(`{{!-- view: ${view} --}}\n${body}`, 'x.hbs')

describe('compileTemplate', () => {
  it('takes typed holes and a plain condition', () => {
    expect(compile('x: {{yaml a}}\n{{#if b}}y: 1\n{{else}}{{json b}}\n{{/if}}')).toContain(
      'export const specification',
    )
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

it('the template of rtdeploy.yaml has holes for the answers only', () => {
  expect(names).toEqual(['name', 'target', 'replicas', 'install', 'port'])
})
