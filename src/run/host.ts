import type { Command } from '../command.ts'

/** How a program ended. A missing program and a non-zero exit are values, not exceptions. */
export interface Ran {
  /** Absent when a signal ended it. */
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
  /** The program is not on PATH. */
  readonly notFound: boolean
  readonly timedOut: boolean
  readonly tookMs: number
}

export interface RunOptions {
  /** Ends a query. A command that changes something gets a SIGINT and is waited for, as on Ctrl-C: what it does decides. */
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
  /** Its own process group, and exactly one SIGINT forwarded on Ctrl-C: for commands that change something. */
  readonly changes?: boolean
  /** Each line of stdout and stderr as it comes. */
  readonly onLine?: (line: string) => void
}

/** A process by pid and start time: a pid alone may by now be somebody else's. */
export interface ProcessId {
  readonly pid: number
  /** Opaque, from the system's process table; compared, never interpreted. */
  readonly startedAt: string
}

export interface ProcessInfo extends ProcessId {
  readonly command: string
  /** The value of RTDEPLOY_RUN in its environment: marks everything that a run started, grandchildren too. */
  readonly run: string | undefined
  /** Folder it works in; undefined where the system does not tell. */
  readonly cwd: string | undefined
}

/** A running child. */
export interface Started extends ProcessId {
  /** Resolves when it has ended. */
  readonly ended: Promise<{ readonly exitCode: number | undefined; readonly signal: string | undefined }>
  /** Reaches what it started too, also after its own end. */
  kill(signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT'): void
}

export interface StartOptions {
  /** Absolute path; stdout and stderr are appended to it. */
  readonly log: string
  /** Goes on when we exit. */
  readonly detached: boolean
}

export interface WriteOptions {
  /** For instance 0o600. */
  readonly mode?: number
  /** Fails when the path is there already, whatever it is. */
  readonly exclusive?: boolean
}

export interface Entry {
  readonly name: string
  readonly kind: 'file' | 'folder' | 'symlink' | 'other'
}

export interface TreeFile {
  readonly path: string
  readonly contents: string | Uint8Array
  readonly executable: boolean
}

export interface HttpAnswer {
  readonly status: number
  readonly body: string
}

export interface Question<T extends string> {
  readonly message: string
  readonly choices: readonly { readonly value: T; readonly name: string; readonly description?: string }[]
  readonly initial: T
}

/** Everything that touches the world outside this process. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Folder of the installed package: templates/, chat-template/, dist/. */
  readonly packageRoot: string
  readonly platform: string
  /** Name of this machine. */
  readonly machine: string
  readonly nodePath: string
  readonly nodeVersion: string
  /** This process, as others will find it in the process table. */
  readonly self: ProcessId
  /** Opaque, equal for all that see the same process table; undefined where the system does not tell. */
  processTable(): string | undefined
  readonly terminal: {
    readonly canAsk: boolean
    readonly stdout: boolean
    readonly stderr: boolean
    columns(): number
  }
  /** Aborted on the first Ctrl-C or SIGTERM; its reason is an `Interrupted`. */
  readonly interrupted: AbortSignal
  /** The answer, on stdout. */
  out(text: string): void
  /** Everything else, on stderr. */
  err(text: string): void
  /** Milliseconds since 1970. */
  now(): number
  /** Rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>

  run(command: Command, options?: RunOptions): Promise<Ran>
  start(command: Command, options: StartOptions): Promise<Started>
  /** Absolute path of a program on PATH; never from the current folder. */
  which(program: string): Promise<string | undefined>
  processes(): Promise<readonly ProcessInfo[]>
  isAlive(process: ProcessId): Promise<boolean>
  /** Sends nothing when the pid belongs to another process by now. */
  kill(process: ProcessId, signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT'): Promise<void>
  /** A new random token, hexadecimal. */
  token(): string
  /** True when nothing listens on the port of 127.0.0.1. */
  portIsFree(port: number): Promise<boolean>
  /** Who listens on a port of this machine; undefined where the system does not tell. */
  holderOf(port: number): Promise<ProcessInfo | undefined>
  freePort(): Promise<number>

  readFile(path: string): Promise<string | undefined>
  readBytes(path: string): Promise<Uint8Array | undefined>
  /** From byte `offset` to the end, for following a log. */
  readFrom(
    path: string,
    offset: number,
  ): Promise<{ readonly text: string; readonly offset: number } | undefined>
  /** Written beside it and renamed: readers see the old or the new file, never half of one. Makes parent folders. */
  writeFile(path: string, contents: string | Uint8Array, options?: WriteOptions): Promise<void>
  appendFile(path: string, text: string): Promise<void>
  /** Every file below `folder`, links left out; paths with `/` and relative to it. */
  readTree(folder: string, skip: (path: string) => boolean): Promise<readonly TreeFile[]>
  /** Writes all files below `folder`, which must not hold any of them yet. */
  writeTree(folder: string, files: readonly TreeFile[]): Promise<void>
  makeFolder(path: string, mode?: number): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** File or folder with all that is in it; nothing happens when it is not there. */
  remove(path: string): Promise<void>
  list(path: string): Promise<readonly Entry[] | undefined>
  /** Does not follow links. */
  kindOf(path: string): Promise<Entry['kind'] | undefined>
  /** Resolved, without links. */
  realPath(path: string): Promise<string | undefined>
  modifiedAt(path: string): Promise<number | undefined>
  /** Bytes of a file. */
  sizeOf(path: string): Promise<number | undefined>
  /** Whether this user may write to a file or folder that is there. */
  canWrite(path: string): Promise<boolean>

  askText(
    message: string,
    initial: string,
    problemOf: (answer: string) => string | undefined,
  ): Promise<string>
  askChoice<T extends string>(question: Question<T>): Promise<T>
  /** What is typed is not shown; empty is not taken. */
  askSecret(message: string): Promise<string>
  askYes(message: string, initial: boolean): Promise<boolean>

  /** A short HTTP request; undefined when nobody answers. */
  request(
    url: string,
    options?: {
      readonly method?: string
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
      readonly timeoutMs?: number
    },
  ): Promise<HttpAnswer | undefined>
}
