import { styleText } from 'node:util'

export type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold'
export type Paint = (style: Style, text: string) => string

/**
 * Colours or plain text: `--no-color`, then NO_COLOR, then FORCE_COLOR, then whether the stream is a terminal.
 * NO_COLOR counts when it is not empty (no-color.org).
 */
export function paintFor(
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
  flag: boolean | undefined,
): Paint {
  const wanted =
    flag ??
    (env.NO_COLOR
      ? false
      : env.FORCE_COLOR
        ? !['0', 'false'].includes(env.FORCE_COLOR)
        : isTerminal && env.TERM !== 'dumb')
  return wanted ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of `styleText`, which take no room on a terminal
const colour = /\u001b\[[0-9;]*m/g

/** Broken between words to fit a terminal, the further lines indented; a word that is too long stays whole. Pure. */
export function fold(text: string, columns: number, indent: number): string {
  const width = (part: string) => part.replace(colour, '').length
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/(?<=\S)(?= +\S)/)) {
    if (line !== '' && width(line) + width(word) > columns) {
      lines.push(line)
      line = ' '.repeat(indent) + word.trimStart()
    } else line += word
  }
  return [...lines, line].join('\n')
}

export const marks = { pass: '✓', warn: '!', fail: '✗', skip: '-' } as const

/** `850 ms`, `4.2 s`, `3m05s`. */
export function duration(ms: number): string {
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`
}
