import { printable } from '../errors.ts'

/** HTML that is safe to put into a page as it is. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Content = string | number | Markup | undefined | readonly Content[]

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text for an element or a quoted attribute; whoever chose it cannot leave that place. */
export function escapeHtml(text: string): string {
  return printable(text.toWellFormed()).replace(/[&<>"']/g, character => entities[character] ?? character)
}

/** A template in which every value is escaped unless it is `Markup` already. */
export function markup(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(parts.reduce((text, part, at) => text + plain(values[at - 1]) + part))
}

function plain(value: Content): string {
  if (value === undefined) return ''
  if (value instanceof Markup) return value.text
  if (Array.isArray(value)) return value.map(plain).join('')
  return escapeHtml(String(value))
}
