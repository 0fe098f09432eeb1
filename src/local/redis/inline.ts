const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' }
const blank = /[\s\0]/
const hexPair = /^[0-9a-fA-F]{2}$/

/**
 * Splits a line that was typed into telnet: words, "double quotes" with escapes, 'single quotes'.
 * Undefined when a quote has no end or text follows a closing quote, as in Redis' sdssplitargs.
 */
export function splitInline(line: string): string[] | undefined {
  const words: string[] = []
  let at = 0
  for (;;) {
    while (at < line.length && blank.test(line.charAt(at))) at++
    if (at >= line.length) return words
    let word = ''
    while (at < line.length && !blank.test(line.charAt(at))) {
      const quote = line.charAt(at)
      if (quote !== '"' && quote !== "'") {
        word += quote
        at++
        continue
      }
      const quoted = quote === '"' ? doubleQuoted(line, at + 1) : singleQuoted(line, at + 1)
      if (quoted === undefined) return undefined
      word += quoted.text
      at = quoted.end
      if (at < line.length && !blank.test(line.charAt(at))) return undefined
    }
    words.push(word)
  }
}

interface Quoted {
  readonly text: string
  /** Position after the closing quote. */
  readonly end: number
}

function doubleQuoted(line: string, start: number): Quoted | undefined {
  let text = ''
  for (let at = start; at < line.length; at++) {
    const char = line.charAt(at)
    if (char === '"') return { text, end: at + 1 }
    if (char !== '\\' || at + 1 >= line.length) {
      text += char
      continue
    }
    const hex = line.slice(at + 2, at + 4)
    const next = line.charAt(++at)
    if (next === 'x' && hexPair.test(hex)) {
      text += String.fromCharCode(Number.parseInt(hex, 16))
      at += 2
    } else {
      text += escapes[next] ?? next
    }
  }
  return undefined
}

function singleQuoted(line: string, start: number): Quoted | undefined {
  let text = ''
  for (let at = start; at < line.length; at++) {
    const char = line.charAt(at)
    if (char === "'") return { text, end: at + 1 }
    if (char === '\\' && line.charAt(at + 1) === "'") at++
    text += line.charAt(at)
  }
  return undefined
}
