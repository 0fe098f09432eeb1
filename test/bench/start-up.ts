import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, type Row } from './row.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const cli = join(root, 'bin', 'rtdeploy.js')
const rounds = 21

/** The program behind a package's own command. */
function binOf(name: string): string {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: string | Record<string, string> }
  return join(dirname(manifest), typeof bin === 'string' ? bin : (bin[name] ?? ''))
}

interface Runs {
  /** Wall time of each round. */
  readonly ms: number[]
  readonly rssKiB: number[]
  /** False when one of them did not exit with 0. */
  ok: boolean
}

type Programs = Readonly<Record<string, readonly string[]>>

/**
 * Runs each program once a round, in an order that turns with the rounds: what else the machine does hits all alike.
 * Memory is read in rounds of its own, because reading it takes time.
 */
function interleave(folder: string, programs: Programs): Record<string, Runs> {
  const hook = join(folder, 'rss.cjs')
  writeFileSync(
    hook,
    "process.on('exit', () => require('fs').appendFileSync(process.env.RSS, process.resourceUsage().maxRSS + '\\n'))",
  )
  const names = Object.keys(programs)
  const results = Object.fromEntries(names.map(name => [name, { ms: [], rssKiB: [], ok: true } as Runs]))
  const once = (name: string, before: readonly string[]): void => {
    const result = results[name] as Runs
    const work = mkdtempSync(join(folder, 'run-'))
    const RSS = join(folder, 'rss')
    // Programs keep settings below HOME: each run begins without any.
    const env = { PATH: process.env.PATH, HOME: work, NEXT_TELEMETRY_DISABLED: '1', CI: '1', RSS }
    const args = [...before, ...(programs[name] ?? [])]
    const began = performance.now()
    const ran = spawnSync(process.execPath, args, {
      cwd: work,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
    })
    const tookMs = performance.now() - began
    result.ok &&= ran.status === 0
    if (before.length === 0) result.ms.push(tookMs)
    else if (ran.status === 0) result.rssKiB.push(Number(readFileSync(RSS, 'utf8')))
    rmSync(RSS, { force: true })
    rmSync(work, { recursive: true, force: true })
  }
  for (let round = 0; round < rounds; round++) {
    const turn = round % names.length
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) once(name, [])
  }
  for (let round = 0; round < 5; round++) for (const name of ['bare', 'help']) once(name, ['--require', hook])
  return results
}

/** Start-up of the built CLI and `init`, beside bare Node and the scaffolds that people know. */
export async function benchStartUp(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rtdeploy-bench-'))
  try {
    const runs = interleave(folder, {
      bare: ['-e', '0'],
      version: [cli, '--version'],
      help: [cli, '--help'],
      viteHelp: [binOf('create-vite'), '--help'],
      init: [cli, 'init', 'chat', '--yes'],
      vite: [binOf('create-vite'), 'app', '--template', 'react-ts', '--no-interactive'],
      next: [binOf('create-next-app'), 'app', '--ts', '--yes', '--skip-install', '--disable-git'],
    })
    const ms = (name: string) => median(runs[name]?.ms ?? [])
    const ratio = (title: string, name: string, over: string, most: number): Row => {
      const row = { name: title, unit: 'x', target: `<= ${most}`, value: ms(name) / ms(over) }
      if (!(runs[name]?.ok && runs[over]?.ok)) return { ...row, note: `${over} did not run here` }
      return {
        ...row,
        ok: row.value <= most,
        note: `${Math.round(ms(name))} ms / ${Math.round(ms(over))} ms`,
      }
    }
    const files = countFiles(folder)
    const perSecond = (files / ms('init')) * 1000
    const rss = median(runs.help?.rssKiB ?? []) / median(runs.bare?.rssKiB ?? [])
    return [
      ratio('--version / node -e 0', 'version', 'bare', 1.15),
      ratio('--help / node -e 0', 'help', 'bare', 1.35),
      ratio('--help / create-vite --help', 'help', 'viteHelp', 0.9),
      { name: '--help peak RSS / node -e 0', value: rss, unit: 'x', target: '<= 1.2', ok: rss <= 1.2 },
      ratio('init chat --yes / create-vite react-ts', 'init', 'vite', 1),
      ratio('init chat --yes / create-next-app --skip-install', 'init', 'next', 0.5),
      {
        name: 'init, whole process',
        value: perSecond,
        unit: 'files/s',
        target: '>= 800',
        ok: perSecond >= 800,
        note: `${files} files; create-vite makes 18`,
      },
      ...packageRows(folder),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function countFiles(folder: string): number {
  spawnSync(process.execPath, [cli, 'init', 'count', '--yes'], { cwd: folder })
  return readdirSync(join(folder, 'count'), { recursive: true, withFileTypes: true }).filter(entry =>
    entry.isFile(),
  ).length
}

/** What `npm install rtdeploy` brings. */
function packageRows(folder: string): Row[] {
  const packed = spawnSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  })
  const [pack] = JSON.parse(packed.stdout) as [{ unpackedSize: number; entryCount: number; size: number }]
  const megabytes = pack.unpackedSize / 1e6
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies?: object
  }
  const packages = 1 + Object.keys(dependencies).length
  return [
    {
      name: 'package, unpacked',
      value: megabytes,
      unit: 'MB',
      target: '<= 1.5',
      ok: megabytes <= 1.5,
      note: `${pack.entryCount} files, ${Math.round(pack.size / 1000)} kB packed`,
    },
    { name: 'packages installed', value: packages, unit: '', target: '1', ok: packages === 1 },
  ]
}
