type Test = (char: number) => boolean

/** `'*'`: any run of bytes; otherwise a test for one byte. */
type Part = '*' | Test

/**
 * Redis' glob: `*`, `?`, `[a-z]`, `[^a]`, `\x`. The whole text has to match; an empty text only matches an empty
 * pattern, not `*` (util.c, stringmatchlen).
 * Steps back to the last star only, so the time is pattern times text at worst, whatever the pattern.
 */
export function globMatcher(pattern: string): (text: string) => boolean {
  const parts = compile(pattern)
  return text => (text === '' ? pattern === '' : matches(parts, text))
}

function matches(parts: readonly Part[], text: string): boolean {
  let part = 0
  let at = 0
  let star = -1
  let resume = 0
  while (at < text.length) {
    const current = parts[part]
    if (current === '*') {
      star = part++
      resume = at
    } else if (current?.(text.charCodeAt(at)) === true) {
      part++
      at++
    } else if (star >= 0) {
      part = star + 1
      at = ++resume
    } else {
      return false
    }
  }
  while (parts[part] === '*') part++
  return part === parts.length
}

function compile(pattern: string): Part[] {
  const parts: Part[] = []
  let at = 0
  while (at < pattern.length) {
    const char = pattern.charAt(at)
    if (char === '*') {
      if (parts.at(-1) !== '*') parts.push('*')
      at++
    } else if (char === '?') {
      parts.push(() => true)
      at++
    } else if (char === '[') {
      const group = compileClass(pattern, at + 1)
      parts.push(group.test)
      at = group.end
    } else {
      const escaped = char === '\\' && at + 1 < pattern.length
      parts.push(exactly(pattern.charCodeAt(escaped ? at + 1 : at)))
      at += escaped ? 2 : 1
    }
  }
  return parts
}

function exactly(wanted: number): Test {
  return char => char === wanted
}

/** A class without its `]` runs to the end of the pattern, as in Redis' stringmatchlen. */
function compileClass(pattern: string, start: number): { readonly test: Test; readonly end: number } {
  const ranges: [low: number, high: number][] = []
  const negated = pattern.charAt(start) === '^'
  let at = negated ? start + 1 : start
  while (at < pattern.length && pattern.charAt(at) !== ']') {
    const left = pattern.length - at
    const code = signed(pattern.charCodeAt(at))
    if (pattern.charAt(at) === '\\' && left >= 2) {
      const escaped = signed(pattern.charCodeAt(at + 1))
      ranges.push([escaped, escaped])
      at += 2
    } else if (pattern.charAt(at + 1) === '-' && left >= 3) {
      const other = signed(pattern.charCodeAt(at + 2))
      ranges.push([Math.min(code, other), Math.max(code, other)])
      at += 3
    } else {
      ranges.push([code, code])
      at++
    }
  }
  const test: Test = char =>
    ranges.some(([low, high]) => signed(char) >= low && signed(char) <= high) !== negated
  return { test, end: at + 1 }
}

/** Redis compares C's chars, where bytes from 0x80 on are below zero. */
function signed(byte: number): number {
  return (byte << 24) >> 24
}
