import { isUnordered } from './redis-commands.ts'
import { type Decoded, showReply } from './resp-client.ts'

/** A reply on one line, without the order of elements where Redis promises none. */
export function normalized(words: readonly string[], reply: Decoded): string {
  const [name = ''] = words
  if (/^exec$/i.test(name) && Array.isArray(reply.value)) {
    return `${reply.mark}[${reply.value.map(item => showReply(sorted(item, false))).join(' ')}]`
  }
  return showReply(isUnordered(words) ? sorted(reply, /[hz]scan|hgetall/i.test(name)) : reply)
}

/** Sorts the innermost lists. `pairs`: names stay with their values. */
function sorted({ mark, value }: Decoded, pairs: boolean): Decoded {
  if (!Array.isArray(value)) return { mark, value }
  const items: readonly Decoded[] = value
  if (items.some(item => Array.isArray(item.value))) {
    return { mark, value: items.map(item => sorted(item, pairs)) }
  }
  const size = pairs && items.length % 2 === 0 ? 2 : 1
  const groups: Decoded[][] = []
  for (let at = 0; at < items.length; at += size) groups.push(items.slice(at, at + size))
  const text = (group: readonly Decoded[]): string => group.map(showReply).join(' ')
  return { mark, value: groups.sort((a, b) => (text(a) < text(b) ? -1 : 1)).flat() }
}
