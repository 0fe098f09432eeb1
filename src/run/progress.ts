import { printable } from '../errors.ts'
import type { Emit, Event } from '../report/events.ts'
import { duration, fold, marks, type Paint } from '../report/paint.ts'
import { checkLines } from '../report/text.ts'

export interface ProgressOptions {
  /** Writes to stderr. */
  readonly write: (text: string) => void
  /** Where checks go when they are the answer of the verb: stdout. */
  readonly answer?: { readonly write: (text: string) => void; readonly paint: Paint }
  readonly paint: Paint
  /** The running line is redrawn on a terminal; elsewhere a line tells every 15 s that it still runs. */
  readonly terminal: boolean
  readonly columns: () => number
  /** Show what the tools write. */
  readonly verbose: boolean
  readonly now: () => number
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const heartbeatMs = 15_000

/** What ends at once needs no word of waiting. */
const patienceMs = 300

export interface Progress {
  readonly emit: Emit
  /** Clears the running line. */
  readonly stop: () => void
  /** Says what is waited for, when it does not end at once. */
  readonly interrupted: () => void
}

/** Tells events to a person as they come. */
export function createProgress(options: ProgressOptions): Progress {
  const { write, paint, now } = options
  let running: { title: string; since: number; state?: string } | undefined
  let timer: NodeJS.Timeout | undefined
  let drawn = false
  let frame = 0
  // Checks run side by side and take turns on the line: each keeps its own clock.
  const began = new Map<string, number>()
  const clear = () => {
    if (drawn) write('\r\u001b[2K')
    drawn = false
  }
  const told = ({ title, state, since }: NonNullable<typeof running>) =>
    [title, state, duration(now() - since)].filter(part => part !== undefined).join('  ')
  const draw = () => {
    if (running === undefined) return
    const text = `${frames[frame++ % frames.length]} ${told(running)}`
    write(`\r\u001b[2K${text.slice(0, Math.max(10, options.columns() - 1))}`)
    drawn = true
  }
  const beat = () => running && write(`  still: ${told(running)}\n`)
  const rest = () => {
    clearInterval(timer)
    timer = undefined
    clear()
    running = undefined
    began.clear()
  }
  const run = (title: string, state?: string) => {
    const since = began.get(title) ?? now()
    began.set(title, since)
    running = { title, since, ...(state === undefined ? {} : { state }) }
    if (options.terminal) draw()
    if (timer === undefined) {
      timer = setInterval(options.terminal ? draw : beat, options.terminal ? 100 : heartbeatMs)
      timer.unref()
    }
  }
  const line = (text: string, indent = 0, to = write) => {
    clear()
    to(`${options.terminal && indent > 0 ? fold(text, options.columns(), indent) : text}\n`)
  }
  const emit = (event: Event) => {
    switch (event.type) {
      case 'step-started':
        return run(event.title)
      case 'step-output':
        return options.verbose ? line(paint('dim', `  ${printable(event.line)}`)) : undefined
      case 'step-progress':
        if (running === undefined || running.state === event.text) return
        running.state = event.text
        return options.terminal ? draw() : line(`  ${event.text}`)
      case 'step-finished': {
        rest()
        const { status, title, tookMs, detail } = event.step
        if (event.quiet && status !== 'failed' && !options.verbose) return
        const mark =
          status === 'failed'
            ? paint('red', marks.fail)
            : status === 'done'
              ? paint('green', marks.pass)
              : paint('dim', '=')
        return line(`${mark} ${title}${paint('dim', `  ${detail ?? duration(tookMs)}`)}`)
      }
      case 'check-progress':
        return run(event.title, `${event.done}/${event.of}`)
      case 'check-done':
        rest()
        for (const text of checkLines(event.check, options.answer?.paint ?? paint))
          line(text, text.startsWith(' ') ? 12 : 4, options.answer?.write)
        return
      case 'note':
        return line(event.text, 2)
    }
  }
  const interrupted = () => {
    const waiting = () => {
      if (running !== undefined)
        line(`waiting for the end of: ${running.title}; Ctrl-C again leaves without it`)
    }
    // The terminal wrote `^C` behind the running line, which goes with it, or behind something else, which stays.
    if (drawn) clear()
    else if (options.terminal) write('\n')
    setTimeout(waiting, patienceMs).unref()
  }
  return { emit, stop: rest, interrupted }
}
