import { describe, expect, it } from 'vitest'
import { problemOfName, similarName } from '../../../src/config/name.ts'
import { hostileNames } from '../../support/hostile-names.ts'

describe('problemOfName', () => {
  it.each(hostileNames)('refuses %j', name => {
    expect(problemOfName(name)).toBeTypeOf('string')
  })

  it.each(['a', 'chat', 'my-chat', 'a1', 'chat-2', 'a'.repeat(20), 'a-b-c', 'nuls', 'default-chat', 'kubes'])(
    'takes %j',
    name => {
      expect(problemOfName(name)).toBeUndefined()
    },
  )

  it('says the length that is allowed and the one that was given', () => {
    expect(problemOfName('a'.repeat(21))).toBe('should have at most 20 characters, has 21')
  })
})

describe('similarName', () => {
  it.each([
    ['My App', 'my-app'],
    ['Ünï Chat', 'uni-chat'],
    ['2024_chat', 'chat'],
    ['a--b-', 'a-b'],
    ['an-application-with-a-long-name', 'an-application-with'],
    ['my-wonderful-realtime-thing', 'my-wonderful'],
    ['exactly-twenty-chars-more', 'exactly-twenty-chars'],
    ['supercalifragilisticexpialidocious', 'supercalifragilistic'],
    ['-rf', 'rf'],
  ])('makes %j into %j', (name, expected) => {
    expect(similarName(name)).toBe(expected)
  })

  it('finds nothing for a name without a letter of ours', () => {
    expect(similarName('日本')).toBeUndefined()
    expect(similarName('google')).toBeUndefined()
  })

  it.each(hostileNames)('never proposes a name that is refused, for %j', name => {
    const found = similarName(name)
    expect(found === undefined ? undefined : problemOfName(found)).toBeUndefined()
  })
})
