import { type Document, isAlias, isMap, isScalar, isSeq, type Node } from 'yaml'

/** Where a path of keys leads in a YAML document. */
export interface Located {
  /** The last key of the path, when it stands in a mapping. */
  readonly key: Node | undefined
  /** Undefined when nothing stands there. */
  readonly value: Node | undefined
  /** The deepest node on the way that is there. */
  readonly nearest: Node | undefined
}

/** Follows keys and list positions, through aliases. Pure. */
export function locate(document: Document, path: readonly PropertyKey[]): Located {
  let value = document.contents as Node | null | undefined
  let key: Node | undefined
  let nearest: Node | undefined = value ?? undefined
  for (const step of path) {
    const node = isAlias(value) ? value.resolve(document) : value
    key = undefined
    if (isMap(node)) {
      const pair = node.items.find(item => keyText(item.key) === String(step))
      key = pair?.key as Node | undefined
      value = pair?.value as Node | null | undefined
    } else if (isSeq(node)) {
      value = node.items[Number(step)] as Node | undefined
    } else {
      value = undefined
    }
    nearest = value ?? key ?? nearest
  }
  return { key, value: value ?? undefined, nearest }
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key)
}
