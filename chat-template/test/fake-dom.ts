import { vi } from 'vitest'

type Listener = (event: unknown) => void

/** As much of an element as the page's own classes use: what is in it, what it says, and who listens. */
export class FakeElement {
  readonly dataset: Record<string, string> = {}
  readonly style: Record<string, string> = {}
  readonly attributes = new Map<string, string>()
  nodes: (FakeElement | string)[] = []
  parentElement: FakeElement | undefined
  hidden = false
  className = ''
  value = ''
  scrollTop = 0
  scrollHeight = 0
  clientHeight = 0
  offsetTop = 0
  offsetHeight = 0
  readonly #listeners = new Map<string, Listener>()
  readonly tag: string

  constructor(tag: string) {
    this.tag = tag
  }

  get children(): FakeElement[] {
    return this.nodes.filter(node => node instanceof FakeElement)
  }

  get firstElementChild(): FakeElement | null {
    return this.children[0] ?? null
  }

  get nextElementSibling(): FakeElement | null {
    const siblings = this.parentElement?.children ?? []
    return siblings[siblings.indexOf(this) + 1] ?? null
  }

  get textContent(): string {
    return this.nodes.map(node => (typeof node === 'string' ? node : node.textContent)).join('')
  }

  set textContent(text: string) {
    this.replaceChildren(...(text === '' ? [] : [text]))
  }

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value)
  }

  getAttribute(name: string): string | null {
    return this.attributes.get(name) ?? null
  }

  removeAttribute(name: string): void {
    this.attributes.delete(name)
  }

  append(...nodes: (FakeElement | string)[]): void {
    for (const node of nodes) this.#put(node, this.nodes.length)
  }

  insertBefore(element: FakeElement, next: FakeElement | null): void {
    element.remove()
    this.#put(element, next === null ? this.nodes.length : this.nodes.indexOf(next))
  }

  replaceChildren(...nodes: (FakeElement | string)[]): void {
    for (const child of this.children) child.remove()
    this.nodes = []
    this.append(...nodes)
  }

  replaceWith(element: FakeElement): void {
    this.parentElement?.insertBefore(element, this)
    this.remove()
  }

  remove(): void {
    const { parentElement } = this
    if (parentElement === undefined) return
    parentElement.nodes = parentElement.nodes.filter(node => node !== this)
    this.parentElement = undefined
  }

  contains(other: FakeElement): boolean {
    return other === this || this.children.some(child => child.contains(other))
  }

  /** Everything in it with this tag or this class. */
  querySelectorAll(name: string): FakeElement[] {
    const fits = ({ tag, className }: FakeElement) =>
      tag === name || className.split(' ').includes(name.replace('.', ''))
    return this.children.flatMap(child => [...(fits(child) ? [child] : []), ...child.querySelectorAll(name)])
  }

  addEventListener(name: string, listener: Listener): void {
    this.#listeners.set(name, listener)
  }

  happen(name: string, more: object = {}): void {
    this.#listeners.get(name)?.({ preventDefault: () => undefined, ...more })
  }

  focus(): void {
    Object.assign(document, { activeElement: this })
  }

  setSelectionRange(): void {
    return
  }

  #put(node: FakeElement | string, at: number): void {
    if (node instanceof FakeElement) {
      node.remove()
      node.parentElement = this
    }
    this.nodes.splice(at, 0, node)
  }
}

/** The page's classes find this in place of a browser; `vi.unstubAllGlobals()` takes it away again. */
export function fakeDocument(): void {
  const make = (tag: string) => new FakeElement(tag)
  vi.stubGlobal('document', {
    createElement: make,
    createElementNS: (_: string, tag: string) => make(tag),
    activeElement: null,
  })
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe(): void {
        return
      }
    },
  )
}

/** What a class of the page has made, as what it is here. */
export function fake(element: Element): FakeElement {
  return element as unknown as FakeElement
}
