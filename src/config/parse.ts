import { type Document, LineCounter, parseDocument } from 'yaml'
import { exitCodes, printable, UserError } from '../errors.ts'
import { aliasProblems } from './aliases.ts'
import type { Config } from './config.ts'
import { problemsBeside, problemsIn, problemsOfOverlay } from './environment-problems.ts'
import { overlaysOf, problemOfEnvironment, production, valueFor } from './environments.ts'
import { nearest } from './nearest.ts'
import { byPlace, type Problem, problemsOfIssue } from './problems.ts'
import { asConfig, configSchema, configVersion } from './schema.ts'

/** Characters; twenty times what a long file has, and so few that nothing in it can keep us busy. */
export const longestConfig = 64 * 1024
const mostShown = 20

/**
 * The text of rtdeploy.yaml as a `Config` with every default filled in, of production or of one of its environments.
 * Throws a `UserError` (exit 2) with all problems at once, each as `path:line:column key: what is wrong`.
 */
export function parseConfig(text: string, path: string, environment = production): Config {
  if (text.length > longestConfig) {
    throw invalid(path, [`${path} has ${text.length} characters, at most ${longestConfig} are read`])
  }
  const lines = new LineCounter()
  const document = readDocument(text, path, lines)
  const problems = syntaxProblems(document, text)
  const aliases = aliasProblems(document)
  const readable = aliases.length === 0 && document.errors.every(error => error.code === 'DUPLICATE_KEY')
  problems.push(...aliases)
  if (readable) {
    const value = readValue(document, path)
    refuseNewer(value, path)
    const parsed = configSchema.safeParse(value)
    for (const issue of parsed.error?.issues ?? []) problems.push(...problemsOfIssue(issue, document, value))
    const base = parsed.success ? asConfig(parsed.data) : undefined
    const environments = readEnvironments(document, value, base, problems)
    if (base !== undefined && problems.length === 0) return choose(path, environment, base, environments)
  }
  throw invalid(path, shown(problems.sort(byPlace), path, lines))
}

/** Each environment of the file, checked as if it were the whole; what is wrong goes to `problems`. */
function readEnvironments(
  document: Document,
  whole: unknown,
  base: Config | undefined,
  problems: Problem[],
): ReadonlyMap<string, Config> {
  const found = new Map<string, Config>()
  const said = new Set(problems.map(({ offset }) => offset))
  for (const [name, overlay] of overlaysOf(whole)) {
    const overlaid = { name, overlay, document, whole }
    const own = problemsOfOverlay(overlaid)
    problems.push(...own)
    if (problemOfEnvironment(name, undefined) !== undefined) continue
    const merged = valueFor(whole, name, overlay)
    const parsed = configSchema.safeParse(merged)
    const strange = new Set(own.map(({ offset }) => offset))
    for (const issue of parsed.error?.issues ?? []) {
      const all = problemsIn(issue, overlaid, merged)
      problems.push(...all.filter(({ offset }) => !strange.has(offset) && !said.has(offset)))
    }
    if (base === undefined || !parsed.success) continue
    const config = asConfig(parsed.data)
    problems.push(...problemsBeside(overlaid, config, base, new Map([[production, base], ...found])))
    found.set(name, { ...config, environment: { name, production: base } })
  }
  return found
}

/** Throws `config.environment` (exit 2) when the file has none of that name. */
function choose(path: string, name: string, base: Config, environments: ReadonlyMap<string, Config>): Config {
  const found = name === production ? base : environments.get(name)
  if (found !== undefined) return found
  const known = [production, ...environments.keys()]
  const meant = nearest(name, known)
  const there = known.length === 1 ? 'there is production alone' : `there are ${known.join(', ')}`
  throw new UserError(
    `${path} has no environment ${printable(JSON.stringify(name.slice(0, 50)))}: ${there}`,
    {
      code: 'config.environment',
      hint:
        meant === undefined
          ? 'add it: environments: { staging: { app: { replicas: 1 } } }'
          : `did you mean --env ${meant}?`,
      exitCode: exitCodes.usage,
    },
  )
}

function readDocument(text: string, path: string, lines: LineCounter): Document {
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  // The parser counts its own overflow among the errors, with one more for each open bracket.
  if (document.errors.some(error => error.message.startsWith('Maximum call stack'))) {
    throw invalid(path, [`${path} is nested too deeply to be read`])
  }
  return document
}

/** Few aliases of aliases make a value without end: the parser counts what they come to and refuses (`maxAliasCount`). */
function readValue(document: Document, path: string): unknown {
  try {
    return document.toJS()
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause
    throw invalid(path, [`${path} has aliases of aliases that multiply too far`])
  }
}

function syntaxProblems(document: Document, text: string): Problem[] {
  return [...document.errors, ...document.warnings].map(({ code, message, pos }) => {
    const [offset] = pos
    switch (code) {
      case 'DUPLICATE_KEY':
        return { offset, text: `${/^[^\s:]*/.exec(text.slice(offset))?.[0]}: is there twice, keep one` }
      case 'TAB_AS_INDENT':
        return { offset, text: 'a tab cannot indent in YAML, use spaces' }
      case 'MULTIPLE_DOCS':
        return { offset, text: 'a second document begins here, the file should hold one' }
      default:
        return { offset, text: `not YAML: ${message}` }
    }
  })
}

/** A newer format may have other keys: complaints about them would only hide the real reason. */
function refuseNewer(value: unknown, path: string): void {
  const version =
    typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined
  if (typeof version !== 'number' || version <= configVersion) return
  throw new UserError(`${path} has version ${version}, this rtdeploy knows version ${configVersion}`, {
    code: 'config.newer',
    hint: 'update rtdeploy: npx rtdeploy@latest',
    exitCode: exitCodes.usage,
  })
}

function shown(problems: readonly Problem[], path: string, lines: LineCounter): string[] {
  const all = problems.map(({ offset, text }) => {
    const { line, col } = lines.linePos(offset)
    // An empty file has no line at all.
    return printable(`${path}:${Math.max(line, 1)}:${Math.max(col, 1)} ${text}`)
  })
  const rest = all.length - mostShown
  return rest > 0 ? [...all.slice(0, mostShown), `and ${rest} more`] : all
}

function invalid(path: string, details: readonly string[]): UserError {
  const count = details.length === 1 ? 'a problem' : 'problems'
  return new UserError(`${path} has ${count}`, {
    code: 'config.invalid',
    hint: `correct ${path} and run the command again`,
    details,
    exitCode: exitCodes.usage,
  })
}
