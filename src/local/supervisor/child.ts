import type { Command } from '../../command.ts'
import type { Host, Started } from '../../run/host.ts'
import type { ChildState } from '../state.ts'

export interface ChildOptions {
  readonly name: string
  readonly kind: ChildState['kind']
  /** Called for each start; a taken port is answered with another one the next time. */
  readonly command: () => Promise<{ readonly command: Command; readonly port?: number }>
  readonly log: string
  readonly onChange: () => void
  /** SIGTERM to SIGKILL. */
  readonly graceMs: number
}

export interface Child {
  readonly name: string
  state(): ChildState
  /** Ends in a row, each after a short life; 0 once it has lived well. */
  crashes(): number
  /** What it wrote since it was told to start, the end of it: nothing of earlier runs, which are in the same file. */
  words(): Promise<string>
  start(): Promise<void>
  /** Ends it and does not start it again. */
  stop(): Promise<void>
  /** Ends it and starts it again, without counting as a crash. */
  restart(): Promise<void>
}

/** Of its log, enough for every message that is shown. */
const longestWords = 64 * 1024
const firstBackoffMs = 250
const longestBackoffMs = 10_000
/** A child that lived this long was well: its next crash starts with the shortest wait again. */
const wellAfterMs = 10_000

/** Keeps one process running: started again after a crash, with a wait that doubles. */
export function superviseChild(host: Host, options: ChildOptions): Child {
  let running: Started | undefined
  let port: number | undefined
  let state: ChildState['state'] = 'ended'
  let restarts = 0
  let crashes = 0
  let began = host.now()
  let lastEnd: string | undefined
  let generation = 0
  let logFrom = 0
  let wake: AbortController | undefined
  let loop: Promise<void> = Promise.resolve()

  const isWell = () => host.now() - began >= wellAfterMs

  const change = (next: ChildState['state']) => {
    state = next
    options.onChange()
  }

  // A full disk must not end the one who looks after all.
  const note = (text: string) =>
    host
      .appendFile(options.log, `-- ${new Date(host.now()).toISOString()} ${options.name} ${text}\n`)
      .catch((error: unknown) => host.err(`${options.log}: ${error}\n`))

  const terminate = async (target: Started) => {
    target.kill('SIGTERM')
    const timer = new AbortController()
    const force = host.sleep(options.graceMs, timer.signal).then(
      () => target.kill('SIGKILL'),
      () => undefined,
    )
    await target.ended
    timer.abort()
    await force
  }

  const once = async (mine: number): Promise<void> => {
    began = host.now()
    try {
      const next = await options.command()
      if (mine !== generation) return
      port = next.port
      change('starting')
      running = await host.start(next.command, { log: options.log, detached: false })
    } catch (error) {
      lastEnd = error instanceof Error ? error.message : String(error)
      crashes++
      return
    }
    // Told to stop while it was being started.
    if (mine !== generation) await terminate(running)
    else change('running')
    const end = await running.ended
    // What it had started and left behind would hold its port, or run twice.
    running.kill('SIGKILL')
    running = undefined
    if (mine !== generation) return
    lastEnd = end.signal ?? `exit ${end.exitCode}`
    crashes = isWell() ? 1 : crashes + 1
  }

  const keep = async (mine: number) => {
    while (mine === generation) {
      await once(mine)
      if (mine !== generation) break
      restarts++
      const wait = Math.min(longestBackoffMs, firstBackoffMs * 2 ** (crashes - 1))
      change('waiting')
      await note(`ended (${lastEnd}), starts again in ${wait} ms`)
      wake = new AbortController()
      await host.sleep(wait, wake.signal).catch(() => undefined)
    }
    if (mine === generation) change('ended')
  }

  const end = async () => {
    generation++
    wake?.abort()
    if (running !== undefined) await terminate(running)
    await loop
    change('ended')
  }

  const begin = async () => {
    generation++
    const mine = generation
    logFrom = (await host.sizeOf(options.log)) ?? 0
    if (mine !== generation) return
    loop = keep(generation)
  }

  const words = async (): Promise<string> => {
    const end = (await host.sizeOf(options.log)) ?? 0
    return (await host.readFrom(options.log, Math.max(logFrom, end - longestWords)))?.text ?? ''
  }

  return {
    name: options.name,
    words,
    state: () => ({
      name: options.name,
      kind: options.kind,
      state,
      restarts,
      ...(running === undefined ? {} : { process: { pid: running.pid, startedAt: running.startedAt } }),
      ...(port === undefined ? {} : { port }),
      ...(lastEnd === undefined ? {} : { lastEnd }),
    }),
    crashes: () => (running !== undefined && isWell() ? 0 : crashes),
    start: begin,
    stop: end,
    restart: async () => {
      await end()
      crashes = 0
      await begin()
    },
  }
}
