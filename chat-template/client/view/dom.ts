type Child = Node | string | undefined | false
type Props<T> = Partial<Omit<T, 'style' | 'dataset'>> & {
  class?: string
  /** Attributes that are not properties, `aria-*` among them. */
  attrs?: Record<string, string>
  on?: Record<string, (event: never) => void>
}

/** An element with properties and children. Text is always text: nothing that people write is read as HTML. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props<HTMLElementTagNameMap[K]> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const { class: className, attrs = {}, on = {}, ...rest } = props
  const element = document.createElement(tag)
  Object.assign(element, rest)
  if (className !== undefined) element.className = className
  for (const [name, value] of Object.entries(attrs)) element.setAttribute(name, value)
  for (const [name, listener] of Object.entries(on)) element.addEventListener(name, listener as EventListener)
  element.append(...children.filter(child => child !== undefined && child !== false))
  return element
}

const icons = {
  plus: 'M12 5v14M5 12h14',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.5-3.5 3-5.5 6.5-5.5s6 2 6.5 5.5M16 4.5a3.5 3.5 0 0 1 0 6.5M18 15c2 .6 3.2 2.3 3.5 5',
  menu: 'M4 6h16M4 12h16M4 18h16',
  send: 'M4 12l16-8-6 16-3-7-7-1z',
  edit: 'M4 20l1-4L16 5l3 3L8 19l-4 1z',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  hash: 'M5 9h14M5 15h14M10 4L8 20M16 4l-2 16',
  leave: 'M14 5h5v14h-5M4 12h10M10 8l4 4-4 4',
  close: 'M6 6l12 12M18 6L6 18',
  down: 'M6 10l6 6 6-6',
} as const

/** A line drawing; what it means has to be said by the label of what it stands in. */
export function icon(name: keyof typeof icons): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', icons[name])
  svg.append(path)
  return svg
}

export function iconButton(
  name: keyof typeof icons,
  label: string,
  click: () => void,
  className = '',
): HTMLButtonElement {
  const props = {
    type: 'button',
    class: `icon-button ${className}`,
    title: label,
    attrs: { 'aria-label': label },
  } as const
  return h('button', { ...props, on: { click } }, icon(name))
}

/** One or two letters in a colour that stays the same for a person. */
export function avatar(id: string, name: string): HTMLElement {
  // FNV-1a: neighbours in the alphabet must not get the same colour.
  let hash = 0x811c9dc5
  for (const letter of id) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0
  const words = name.split(/\s+/).filter(word => word !== '')
  const letters = words.slice(0, 2).map(word => [...word][0] ?? '')
  return h(
    'span',
    { class: `avatar hue-${(hash >>> 8) % 12}`, attrs: { 'aria-hidden': 'true' } },
    letters.join('').toUpperCase(),
  )
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
