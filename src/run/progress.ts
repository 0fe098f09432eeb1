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
  /** The running lines are redrawn on a terminal; elsewhere a line tells every 15 s that it still runs. */
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
  /** Clears the running lines. */
  readonly stop: () => void
  /** Says what is waited for, when it does not end at once. */
  readonly interrupted: () => void
}

interface Running {
  readonly title: string
  readonly since: number
  state?: string
}

/** Tells events to a person as they come. */
export function createProgress(options: ProgressOptions): Progress {
  const { write, paint, now } = options
  // By the step's id: two can be under way. Checks are one among these.
  const running = new Map<string, Running>()
  let timer: NodeJS.Timeout | undefined
  let drawn = 0
  let frame = 0
  // Checks run side by side and take turns on the line: each keeps its own clock.
  const began = new Map<string, number>()
  const clear = () => {
    if (drawn > 0) write(`\r\u001b[2K${'\u001b[1A\u001b[2K'.repeat(drawn - 1)}`)
    drawn = 0
  }
  const told = ({ title, state, since }: Running) =>
    [title, state, duration(now() - since)].filter(part => part !== undefined).join('  ')
  const draw = () => {
    const mark = frames[frame++ % frames.length]
    const room = Math.max(10, options.columns() - 1)
    const lines = [...running.values()].map(one => `\r\u001b[2K${`${mark} ${told(one)}`.slice(0, room)}`)
    if (lines.length === 0) return
    write(`${drawn > 1 ? `\u001b[${drawn - 1}A` : ''}${lines.join('\n')}`)
    drawn = lines.length
  }
  const beat = () => {
    for (const one of running.values()) write(`  still: ${told(one)}\n`)
  }
  const rest = () => {
    clearInterval(timer)
    timer = undefined
    clear()
    running.clear()
    began.clear()
  }
  const run = (key: string, title: string, state?: string) => {
    const since = began.get(title) ?? now()
    began.set(title, since)
    running.set(key, { title, since, ...(state === undefined ? {} : { state }) })
    if (options.terminal) draw()
    if (timer === undefined) {
      timer = setInterval(options.terminal ? draw : beat, options.terminal ? 100 : heartbeatMs)
      timer.unref()
    }
  }
  const end = (id: string) => {
    began.delete(running.get(id)?.title ?? '')
    running.delete(id)
    if (running.size === 0) rest()
  }
  const line = (text: string, indent = 0, to = write) => {
    clear()
    to(`${options.terminal && indent > 0 ? fold(text, options.columns(), indent) : text}\n`)
  }
  const emit = (event: Event) => {
    switch (event.type) {
      case 'step-started':
        return run(event.id, event.title)
      case 'step-output': {
        const whose = running.size > 1 ? `${event.id} | ` : ''
        return options.verbose ? line(paint('dim', `  ${whose}${printable(event.line)}`)) : undefined
      }
      case 'step-progress': {
        const step = running.get(event.id)
        if (step === undefined || step.state === event.text) return
        step.state = event.text
        return options.terminal ? draw() : line(`  ${event.text}`)
      }
      case 'step-finished': {
        end(event.step.id)
        const { status, title, tookMs, detail } = event.step
        if (event.quiet && status !== 'failed' && !options.verbose) return clear()
        const mark =
          status === 'failed'
            ? paint('red', marks.fail)
            : status === 'done'
              ? paint('green', marks.pass)
              : paint('dim', '=')
        return line(`${mark} ${title}${paint('dim', `  ${detail ?? duration(tookMs)}`)}`)
      }
      case 'check-progress':
        return run('check', event.title, `${event.done}/${event.of}`)
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
      const titles = [...running.values()].map(({ title }) => title)
      if (titles.length > 0)
        line(`waiting for the end of: ${titles.join(' and ')}; Ctrl-C again leaves without it`)
    }
    // The terminal wrote `^C` behind the running line, which goes with it, or behind something else, which stays.
    if (drawn > 0) clear()
    else if (options.terminal) write('\n')
    setTimeout(waiting, patienceMs).unref()
  }
  return { emit, stop: rest, interrupted }
}
