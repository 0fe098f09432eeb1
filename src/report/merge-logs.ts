/** The last lines of a log, without the empty one behind the final newline. Pure. */
export function lastLines(text: string, count: number): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return count === 0 ? [] : lines.slice(-count)
}

export interface LogLine {
  readonly name: string
  readonly line: string
}

const isoTime = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)/
const epochTime = /"time":\s*(\d{13})/

/** Milliseconds since 1970 that a line begins with or carries: ISO 8601 anywhere near its start, or `"time": 1700000000000`. */
export function timeOf(line: string): number | undefined {
  const head = line.slice(0, 200)
  const iso = isoTime.exec(head)?.[0]
  const parsed = iso === undefined ? Number.NaN : Date.parse(iso)
  if (!Number.isNaN(parsed)) return parsed
  const epoch = epochTime.exec(head)?.[1]
  return epoch === undefined ? undefined : Number(epoch)
}

/**
 * Several logs as one, in order of time. A line without a time belongs to the one before it in its log; equal times
 * keep the order of the logs. Pure.
 */
export function mergeLogs(
  logs: readonly { readonly name: string; readonly lines: readonly string[] }[],
): LogLine[] {
  const timed = logs.flatMap(({ name, lines }) => {
    let last = 0
    return lines.map(line => {
      last = Math.max(last, timeOf(line) ?? last)
      return { name, line, at: last }
    })
  })
  // Array.prototype.sort is stable, so lines of one log keep their order.
  return timed.sort((a, b) => a.at - b.at).map(({ name, line }) => ({ name, line }))
}
