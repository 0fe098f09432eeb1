import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../support/run-cli.ts'

const src = join(packageRoot, 'src')

interface Import {
  readonly from: string
  readonly to: string
  /** Gone after compiling. */
  readonly type: boolean
  /** Loaded when it is needed, by `import()`. */
  readonly lazy: boolean
}

const statement =
  /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|(typeof\s+)?\bimport\('([^']+)'\)/gm
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts'))
  .sort()
  .map(path => ({ path, text: readFileSync(join(src, path), 'utf8') }))
const imports: Import[] = files.flatMap(({ path, text }) =>
  [...text.matchAll(statement)].map(([, type, fixed, typeOf, loaded]) => {
    const given = fixed ?? loaded ?? ''
    return {
      from: path,
      to: given.startsWith('.') ? relative(src, join(src, dirname(path), given)) : given,
      type: type !== undefined || typeOf !== undefined,
      lazy: loaded !== undefined,
    }
  }),
)
const told = ({ from, to, type }: Import) => `${from} imports ${type ? 'the types of ' : ''}${to}`
const isFile = ({ to }: Import) => to.endsWith('.ts')

/** Values in, values out: no clock, environment, file, process, socket or chance. */
const pure = [
  /^(command|errors|flags)\.ts$/,
  /^(plan|tools|report|kubernetes|price)\//,
  /^config\/(?!read\.ts)/,
  /^verify\/judge/,
  /^local\/(state|backends\/choose)\.ts$/,
  /^facts\/(machine|gke|gke-project)-checks\.ts$/,
  /^run\/host\.ts$/,
]
const isPure = (path: string) => pure.some(room => room.test(path))
const harmless = ['node:path', 'node:util', 'node:crypto', 'node:zlib']

/** Modules by which a program reaches the world outside itself. */
const worldly =
  /^(node:(?!path$|util$|crypto$|events$|buffer$|stream$|url$|zlib$)|execa$|@inquirer\/|socket\.io|redis$|mongodb$|ws$)/
const allowed: readonly { readonly path: RegExp; readonly modules: RegExp; readonly why: string }[] = [
  { path: /^run\/real(-host\.ts|\/)/, modules: /./, why: 'the Host itself' },
  { path: /-main\.ts$/, modules: /^node:(child_process|fs|module|util)$/, why: 'a program of its own' },
  { path: /^local\/front-door\//, modules: /^node:(net|http)$/, why: 'a server: it is the load balancer' },
  { path: /^local\/(redis|mongo)\/server\.ts$/, modules: /^node:net$/, why: 'a server: it is the stand-in' },
  { path: /^local\/redis\/server-info\.ts$/, modules: /^node:(os|process)$/, why: 'INFO tells the machine' },
  { path: /^local\/mongo\/commands\/handshake\.ts$/, modules: /^node:os$/, why: 'hello tells the machine' },
  { path: /^local\/supervisor\/control\.ts$/, modules: /^node:http$/, why: 'a server: it takes orders' },
  {
    path: /^local\/backends\/reach\.ts$/,
    modules: /^node:net$/,
    why: 'waits until a port takes connections',
  },
  { path: /^verify\/(dial|target)\.ts$/, modules: /^node:(net|tls)$/, why: 'the sockets that measure' },
]

/** What each room may use at run time besides itself, from the top of the house to its ground. */
const floors: Readonly<Record<string, readonly string[]>> = {
  'main.ts': ['program.ts', 'run', 'report', 'errors.ts'],
  'program.ts': ['verbs.ts', 'errors.ts'],
  'verbs.ts': ['commands', 'flags.ts'],
  commands: [
    'targets',
    'facts',
    'plan',
    'run',
    'report',
    'scaffold',
    'verify',
    'config',
    'local',
    'errors.ts',
  ],
  targets: [
    'facts',
    'plan',
    'price',
    'scaffold',
    'report',
    'local',
    'kubernetes',
    'run',
    'tools',
    'config',
    'errors.ts',
    'command.ts',
  ],
  facts: ['kubernetes', 'tools', 'config', 'local', 'errors.ts', 'command.ts'],
  plan: ['kubernetes', 'price', 'tools', 'command.ts', 'errors.ts'],
  price: [],
  kubernetes: ['tools', 'config', 'command.ts', 'errors.ts'],
  scaffold: ['plan', 'config', 'command.ts', 'errors.ts'],
  local: ['run', 'config', 'errors.ts', 'command.ts'],
  verify: ['errors.ts'],
  run: ['report', 'tools', 'errors.ts', 'command.ts'],
  report: ['verify', 'kubernetes', 'errors.ts'],
  tools: ['command.ts', 'errors.ts'],
  config: ['errors.ts'],
  'flags.ts': ['errors.ts'],
  'errors.ts': ['command.ts'],
  'command.ts': [],
}
const roomOf = (path: string) => path.split('/')[0] ?? ''

/** The first way around from a file back to itself. */
function cycles(edges: readonly Import[]): string[] {
  const found = new Set<string>()
  const done = new Set<string>()
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path)
    if (at >= 0) return void found.add([...trail.slice(at), path].join(' > '))
    if (done.has(path)) return
    for (const edge of edges) if (edge.from === path) walk(edge.to, [...trail, path])
    done.add(path)
  }
  for (const { path } of files) walk(path, [])
  return [...found]
}

describe('the rooms of the house', () => {
  it('are read whole: every file has a room, and most import something', () => {
    expect(files.filter(({ path }) => !(roomOf(path) in floors)).map(({ path }) => path)).toEqual([])
    expect(imports.length).toBeGreaterThan(files.length)
  })

  it('keeps pure rooms pure', () => {
    const impure = imports.filter(
      ({ from, to, type }) => isPure(from) && !type && /^node:/.test(to) && !harmless.includes(to),
    )
    expect(impure.map(told)).toEqual([])
  })

  it('lets pure rooms look at no clock, no chance, no environment and no network', () => {
    const reach =
      /\b(Date\.now\(|new Date\(\)|Math\.random\(|performance\.now\(|fetch\(|setTimeout\(|process\.(env|argv|cwd|platform|std))/
    const found = files.filter(({ path, text }) => isPure(path) && reach.test(text))
    expect(found.map(({ path, text }) => `${path}: ${reach.exec(text)?.[0]}`)).toEqual([])
  })

  it('lets nothing that pure rooms use at run time touch the world, however far away', () => {
    const reached = new Set<string>()
    const reach = (path: string): void => {
      if (reached.has(path)) return
      reached.add(path)
      for (const edge of imports) if (edge.from === path && !edge.type) reach(edge.to)
    }
    for (const { path } of files) if (isPure(path)) reach(path)
    expect([...reached].filter(path => worldly.test(path))).toEqual([])
  })

  it('touches processes, files, prompts and sockets only where the list says so', () => {
    const strangers = imports.filter(
      ({ from, to, type }) =>
        !type && worldly.test(to) && !allowed.some(one => one.path.test(from) && one.modules.test(to)),
    )
    expect(strangers.map(told)).toEqual([])
  })

  it.each(allowed.map(one => [one.why, one] as const))('has a use for the exception: %s', (_why, one) => {
    expect(imports.some(({ from, to }) => one.path.test(from) && one.modules.test(to))).toBe(true)
  })

  it('points one way, from commands to the ground', () => {
    const upwards = imports.filter(edge => {
      const from = roomOf(edge.from)
      const to = roomOf(edge.to)
      if (!isFile(edge) || from === to) return false
      if (edge.type)
        return ['commands', 'main.ts', 'program.ts', 'verbs.ts'].includes(to) && from !== 'main.ts'
      return !(floors[from] ?? []).includes(to)
    })
    expect(upwards.map(told)).toEqual([])
  })

  it('builds a Host only in programs', () => {
    const builders = imports.filter(({ to, type }) => to === 'run/real-host.ts' && !type)
    expect(builders.map(({ from }) => from)).toEqual(['local/supervisor-main.ts', 'main.ts'])
  })

  it('has no cycles', () => {
    expect(cycles(imports.filter(edge => !edge.type && isFile(edge)))).toEqual([])
    // A session knows its instance and an instance its sessions, as types only.
    expect(cycles(imports.filter(isFile)).filter(cycle => !cycle.startsWith('local/redis/'))).toEqual([])
  })

  it.each([
    ['a default export', /^export default\b/m],
    [
      'state of a module',
      /^(?:export )?(?:let|var)\b|^(?:export )?const \w+.*= new (?:Map|Set|WeakMap)(?:<.*>)?\(\)/m,
    ],
    ['a change of folder', /\bchdir\(/],
    ['a type check that is switched off', /@ts-(?:ignore|nocheck|expect-error)/],
    ['a note to do something later', /\b(?:TODO|FIXME|XXX|HACK)\b/],
    ['a barrel', /^(?:export (?:type )?(?:\*|\{[^}]*\}) from '[^']+'\s*)+$/],
    ['a shell', /\bshell:\s*true|\bexecSync\(|[^.]\bexec\(/],
  ])('has no file with %s', (_what, pattern) => {
    const found = files.filter(({ text }) => pattern.test(text)).map(({ path }) => path)
    expect(found).toEqual([])
  })

  it('ends the process nowhere but in programs', () => {
    const enders = files.filter(
      ({ path, text }) => /\bprocess\.exit\(/.test(text) && !path.endsWith('-main.ts'),
    )
    expect(enders.map(({ path }) => path)).toEqual([])
  })

  it('has no file longer than 250 lines, and a median of at most 100', () => {
    const lengths = files.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    expect(lengths.filter(({ lines }) => lines > 250)).toEqual([])
    const sorted = lengths.map(({ lines }) => lines).sort((a, b) => a - b)
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(100)
  })
})
