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

export const marks = { pass: '✓', warn: '!', fail: '✗', skip: '-' } as const

/** `850 ms`, `4.2 s`, `3m05s`. */
export function duration(ms: number): string {
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`
}
