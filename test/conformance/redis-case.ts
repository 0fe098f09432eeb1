/**
 * What is sent, step by step, as one would type it. A step is done by client `a`, or by the one it names: `b: GET k`.
 * `a > ` sends without waiting for a reply, `a <` reads one more reply or message. At the end every client sends PING,
 * so that a message too many is seen.
 */
export interface RedisCase {
  /** A sentence: what it shows. */
  readonly name: string
  readonly steps: readonly string[]
}

/** Cases from scripts by name; `;` and line ends part the steps. */
export function cases(scripts: Readonly<Record<string, string>>): RedisCase[] {
  return Object.entries(scripts).map(([name, script]) => ({
    name,
    steps: script
      .split(/[;\n]/)
      .map(step => step.trim())
      .filter(step => step !== ''),
  }))
}
