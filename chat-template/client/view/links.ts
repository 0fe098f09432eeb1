import { h } from './dom.ts'

const address = /\bhttps?:\/\/[^\s<>"'`]+/giu
/** Belongs to the sentence and not to the address. */
const trailing = /[.,;:!?)\]}]+$/u

/** The text with its addresses as links. Only http and https: `javascript:` and the like stay text. */
export function withLinks(text: string): (Node | string)[] {
  const parts: (Node | string)[] = []
  let done = 0
  for (const match of text.matchAll(address)) {
    const found = withoutTrailing(match[0])
    if (!URL.canParse(found)) continue
    parts.push(text.slice(done, match.index))
    parts.push(h('a', { href: found, target: '_blank', rel: 'noopener noreferrer nofollow' }, found))
    done = match.index + found.length
  }
  parts.push(text.slice(done))
  return parts
}

/** A closing bracket stays when it was opened inside, as in Wikipedia's addresses. */
function withoutTrailing(found: string): string {
  const short = found.replace(trailing, '')
  return found[short.length] === ')' && short.includes('(') ? found.slice(0, short.length + 1) : short
}
