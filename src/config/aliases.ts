import { type Document, isAlias, visit } from 'yaml'
import type { Problem } from './problems.ts'

/** Each one is looked up in the whole file, and what they name may be multiplied by them. */
const mostAliases = 100

/** What is wrong with `*aliases`: none before the anchor, none inside of it, not too many. Pure. */
export function aliasProblems(document: Document): Problem[] {
  const problems: Problem[] = []
  const anchors = new Set<string>()
  let aliases = 0
  visit(document, {
    Node(_, node, ancestors) {
      if (!isAlias(node)) {
        const anchor = anchorOf(node)
        if (anchor !== undefined) anchors.add(anchor)
        return undefined
      }
      const offset = node.range?.[0] ?? 0
      aliases++
      if (aliases > mostAliases) {
        problems.push({ offset, text: `has more than ${mostAliases} aliases` })
        return visit.BREAK
      }
      if (!anchors.has(node.source)) {
        problems.push({ offset, text: `*${node.source} has no anchor before it` })
      } else if (ancestors.some(ancestor => anchorOf(ancestor) === node.source)) {
        problems.push({ offset, text: `*${node.source} stands inside of its own anchor` })
      }
      return undefined
    },
  })
  return problems
}

function anchorOf(node: object): string | undefined {
  return 'anchor' in node && typeof node.anchor === 'string' ? node.anchor : undefined
}
