import { type Command, shellLine } from './command.ts'

/** What the process exits with. 130 and 143 come from signals, 70 is a bug of ours. */
export const exitCodes = {
  done: 0,
  stepFailed: 1,
  usage: 2,
  missing: 3,
  locked: 4,
  checkFailed: 5,
  /** `plan --detailed-exitcode`: there is something to do. Terraform's 2 means usage here. */
  changes: 6,
  bug: 70,
  interrupted: 130,
  terminated: 143,
} as const

export interface Problem {
  /** Stable, `noun.problem`: programs match on it, so it never changes once released. */
  readonly code: string
  /** One command or one file that helps. */
  readonly hint: string
  /** Lines shown under the message: a list of problems, the last output of a tool. */
  readonly details?: readonly string[]
  /** Default 1, a step failed. */
  readonly exitCode?: number
  readonly cause?: unknown
}

/** Something that the person, their files or their machine can put right. Everything else thrown is a bug of ours. */
export class UserError extends Error {
  override readonly name = 'UserError'
  readonly code: string
  readonly hint: string
  readonly details: readonly string[]
  readonly exitCode: number
  /** `message`: what happened and to what, one line, lower case, no full stop. */
  constructor(message: string, problem: Problem) {
    super(message, { cause: problem.cause })
    this.code = problem.code
    this.hint = problem.hint
    this.details = problem.details ?? []
    this.exitCode = problem.exitCode ?? exitCodes.stepFailed
  }
}

/** Lines of a tool's output that are worth showing: how it began and how it ended, since npm says the cause first and terraform last. */
const shownFirst = 6
const shownLast = 20

function shownLines(output: string): string[] {
  const lines = output.trim().split('\n')
  if (lines[0] === '') return []
  if (lines.length <= shownFirst + shownLast + 1) return lines
  const left = lines.length - shownFirst - shownLast
  return [...lines.slice(0, shownFirst), `... ${left} lines left out ...`, ...lines.slice(-shownLast)]
}

/** A program that we ran said no. Shows the line to paste and the last lines it wrote. */
export function toolError(command: Command, outcome: string, output: string, problem: Problem): UserError {
  const details = [`$ ${shellLine(command)}`, ...shownLines(output).map(line => `  ${line}`)]
  return new UserError(`${command.program.split('/').at(-1)} ${outcome}`, {
    ...problem,
    details: [...details, ...(problem.details ?? [])],
  })
}

/** The person pressed Ctrl-C or the system asked us to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly exitCode: number
  constructor(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' = 'SIGINT') {
    super('interrupted')
    this.exitCode = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal]
  }
}

const refused = ['EACCES', 'EPERM', 'EROFS']
const full = ['ENOSPC', 'EDQUOT', 'EFBIG']
const blocked = ['EEXIST', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY', 'ELOOP', 'ENAMETOOLONG']
const scarce = ['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM']

/**
 * What the system said of a file or a process, as something a person can put right: no permission (exit 3), a full disk,
 * something in the way, no more processes or files. Undefined for all else, which is a bug of ours. Pure.
 */
export function systemProblem(error: unknown): UserError | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined
  const { code, path, syscall } = error as NodeJS.ErrnoException
  const problem = (message: string, name: string, hint: string, exitCode: number = exitCodes.stepFailed) =>
    new UserError(`${message} (${code}, ${syscall})`, { code: name, hint, exitCode, cause: error })
  if (scarce.includes(code ?? ''))
    return problem(
      'the system has no more processes, files or memory to give',
      'system.exhausted',
      'ulimit -a',
    )
  if (path === undefined) {
    const isOutput = syscall === 'write' && full.includes(code ?? '')
    return isOutput ? problem('the output cannot be written', 'output.failed', 'df -h') : undefined
  }
  if (refused.includes(code ?? ''))
    return problem(`no permission for ${path}`, 'file.refused', `ls -ld ${path}`, exitCodes.missing)
  if (full.includes(code ?? '')) return problem(`no room to write ${path}`, 'disk.full', `df -h ${path}`)
  // `mkdir -p` finds a part missing only where a link leads nowhere.
  if (blocked.includes(code ?? '') || (code === 'ENOENT' && syscall === 'mkdir'))
    return problem(`something is in the way of ${path}`, 'file.blocked', `ls -ld ${path}; move it away`)
  return undefined
}

/** `error:`, the details, `hint:`, `code:`; a bug of ours gets its stack and where to report it. Pure. */
export function formatError(
  error: unknown,
  paint: (style: 'red' | 'dim' | 'yellow', text: string) => string,
): string {
  if (error instanceof UserError) {
    return [
      `${paint('red', 'error:')} ${printable(error.message)}`,
      ...error.details.map(line => `  ${printable(line)}`),
      `${paint('yellow', 'hint:')} ${printable(error.hint)}`,
      paint('dim', `code: ${error.code}`),
    ].join('\n')
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return [
    `${paint('red', 'error:')} rtdeploy has a bug: ${error instanceof Error ? error.message : String(error)}`,
    ...stack
      .split('\n')
      .slice(1)
      .map(line => paint('dim', line)),
    `${paint('yellow', 'hint:')} please report it with the lines above and the output of \`rtdeploy doctor --json\``,
    paint('dim', 'code: rtdeploy.bug'),
  ].join('\n')
}

// Built from strings: escape sequences (ECMA-48: strings like OSC, then CSI, then the short ones), control characters, and
// overrides of text direction. No two neighbours of a pattern share a character, so none can be made to go back and forth.
const unprintable = new RegExp(
  [
    '\\u001b[\\]P_^X][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)',
    '\\u001b\\[[0-?]*[ -/]*[@-~]',
    '\\u001b[ -/]*[0-~]',
    '[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069]',
  ].join('|'),
  'g',
)

/** Text that others chose, without what could drive the terminal. Tabs and newlines stay. */
export function printable(text: string): string {
  return text.replace(unprintable, '')
}
