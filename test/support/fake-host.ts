import type { Command } from '../../src/command.ts'
import { Interrupted } from '../../src/errors.ts'
import type { Host, HttpAnswer, ProcessId, Ran } from '../../src/run/host.ts'

/** What a command that is expected answers; `lines` come while it runs, `during` happens then, and it takes `until`. */
export interface Reply extends Partial<Ran> {
  readonly lines?: readonly string[]
  readonly during?: () => void
  readonly until?: Promise<unknown>
}

export interface FakeHostOptions {
  /** The commands that may run, each once, in this order: `program first-argument ...` as a shell line without quotes. */
  readonly commands?: readonly (readonly [line: string, reply: Reply])[]
  /** Answers to requests, each once, in this order; undefined is a server that does not answer. */
  readonly requests?: readonly (readonly [request: string, answer: HttpAnswer | undefined])[]
  readonly files?: Readonly<Record<string, string>>
  readonly alive?: readonly ProcessId[]
}

export interface FakeHost {
  readonly host: Host
  /** Everything that happened, a line each, in order. */
  readonly told: string[]
  readonly files: Map<string, string>
  /** Processes that run. */
  readonly alive: Set<string>
  /** Called with the time before each sleep ends. */
  onSleep: (now: number) => void
  /** Streams as the process would have written them. */
  readonly stdout: string[]
  readonly stderr: string[]
  interrupt(): void
  /** Throws when a reply was not used. */
  done(): void
}

const key = (id: ProcessId) => `${id.pid} ${id.startedAt}`
const lineOf = (command: Command) => [command.program, ...command.args.map(String)].join(' ')

/**
 * A Host without a machine. Strict: what was not foreseen fails the test, and so does a reply that nobody asked for.
 * Time stands still except in `sleep`.
 */
export function fakeHost(options: FakeHostOptions = {}): FakeHost {
  const commands = [...(options.commands ?? [])]
  const requests = [...(options.requests ?? [])]
  const files = new Map(Object.entries(options.files ?? {}))
  const alive = new Set((options.alive ?? []).map(key))
  const told: string[] = []
  const stdout: string[] = []
  const stderr: string[] = []
  const interrupt = new AbortController()
  let time = Date.UTC(2026, 0, 1)
  const next = <T>(what: string, got: string, expected: (readonly [string, T])[]): T => {
    const [wanted, reply] = expected.shift() ?? []
    if (wanted !== got)
      throw new Error(`unexpected ${what}: ${got}; the next one should be: ${wanted ?? 'none'}`)
    return reply as T
  }
  const known: Partial<Host> = {
    env: {},
    cwd: '/project',
    packageRoot: '/package',
    platform: 'linux',
    machine: 'here',
    nodePath: '/node',
    nodeVersion: '20.19.0',
    self: { pid: 1, startedAt: 'self' },
    processTable: () => 'table',
    terminal: { canAsk: false, stdout: false, stderr: false, columns: () => 80 },
    interrupted: interrupt.signal,
    out: text => void stdout.push(text),
    err: text => void stderr.push(text),
    now: () => time,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      time += ms
      fake.onSleep(time)
      signal?.throwIfAborted()
    },
    token: () => 'token',
    run: async (command, run = {}) => {
      const line = lineOf(command)
      told.push(`$ ${line}`)
      const { lines = [], during, until, ...reply } = next('command', line, commands)
      for (const text of lines) run.onLine?.(text)
      during?.()
      if (until !== undefined) {
        const stop = AbortSignal.any([interrupt.signal, ...(run.signal === undefined ? [] : [run.signal])])
        const stopped = new Promise(resolve => stop.addEventListener('abort', resolve, { once: true }))
        await Promise.race([until, stopped])
        if (stop.aborted) told.push(`SIGINT ${line}`)
      }
      time += reply.tookMs ?? 0
      const ran = { exitCode: 0, stdout: '', stderr: '', notFound: false, timedOut: false, tookMs: 0 }
      return { ...ran, ...reply }
    },
    start: async (command, { log }) => {
      told.push(`start ${lineOf(command)} > ${log}`)
      const id = { pid: 1000 + told.length, startedAt: 'now' }
      alive.add(key(id))
      return { ...id, ended: new Promise(() => undefined), kill: () => undefined }
    },
    isAlive: async id => alive.has(key(id)),
    kill: async (id, signal) => {
      told.push(`kill ${signal} ${id.pid}`)
      if (signal === 'SIGKILL') alive.delete(key(id))
    },
    request: async (url, { method = 'GET', body } = {}) => {
      const line = [method, url, body].filter(Boolean).join(' ')
      told.push(line)
      return next('request', line, requests)
    },
    readFile: async path => files.get(path),
    writeFile: async (path, contents) => {
      told.push(`write ${path}`)
      files.set(path, String(contents))
    },
    makeFolder: async path => void told.push(`folder ${path}`),
    appendFile: async (path, text) => void files.set(path, (files.get(path) ?? '') + text),
    remove: async path => {
      told.push(`remove ${path}`)
      for (const name of files.keys()) if (name === path || name.startsWith(`${path}/`)) files.delete(name)
    },
  }
  const host = new Proxy(known, {
    get: (target, name) => {
      if (name in target) return target[name as keyof Host]
      throw new Error(`unexpected use of host.${String(name)}`)
    },
  }) as Host
  const fake: FakeHost = {
    host,
    told,
    files,
    alive,
    stdout,
    stderr,
    onSleep: () => undefined,
    interrupt: () => interrupt.abort(new Interrupted()),
    done: () => {
      const left = [...commands, ...requests].map(([line]) => line)
      if (left.length > 0) throw new Error(`nobody asked for: ${left.join('; ')}`)
    },
  }
  return fake
}
