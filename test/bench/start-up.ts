import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, type Row } from './row.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const cli = join(root, 'bin', 'rtdeploy.js')
const rounds = 15

/** The program behind a package's own command. */
function binOf(name: string): string {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: string | Record<string, string> }
  return join(dirname(manifest), typeof bin === 'string' ? bin : (bin[name] ?? ''))
}

interface Runs {
  readonly ms: readonly number[]
  readonly rssKiB: readonly number[]
  /** False when one of them did not exit with 0. */
  readonly ok: boolean
}

/** Runs each program once in each round, so that what else the machine does hits all alike. */
function interleave(
  folder: string,
  programs: Readonly<Record<string, readonly string[]>>,
): Record<string, Runs> {
  const hook = join(folder, 'rss.cjs')
  writeFileSync(
    hook,
    `process.on('exit', () => require('fs').appendFileSync(process.env.RSS_FILE, process.resourceUsage().maxRSS + '\\n'))`,
  )
  const results = Object.fromEntries(
    Object.keys(programs).map(name => [name, { ms: [] as number[], rssKiB: [] as number[], ok: true }]),
  )
  for (let round = 0; round < rounds; round++) {
    for (const [name, args] of Object.entries(programs)) {
      const result = results[name]
      if (result === undefined) continue
      const work = mkdtempSync(join(folder, 'run-'))
      // Programs keep their own settings below HOME: each run begins without any.
      const env = { PATH: process.env.PATH, HOME: work, NEXT_TELEMETRY_DISABLED: '1', CI: '1' }
      const began = performance.now()
      const ran = spawnSync(process.execPath, args, {
        cwd: work,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 60_000,
      })
      result.ms.push(performance.now() - began)
      result.ok &&= ran.status === 0
      if (round < 5) {
        const RSS_FILE = join(folder, `${name}.rss`)
        spawnSync(process.execPath, ['--require', hook, ...args], {
          cwd: mkdtempSync(join(folder, 'rss-')),
          env: { ...env, RSS_FILE },
          stdio: 'ignore',
          timeout: 60_000,
        })
      }
      rmSync(work, { recursive: true, force: true })
    }
  }
  for (const [name, result] of Object.entries(results)) {
    result.rssKiB.push(
      ...readFileSync(join(folder, `${name}.rss`), 'utf8')
        .trim()
        .split('\n')
        .map(Number),
    )
  }
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
    const ratio = (name: string, over: string, most: number, title: string): Row => {
      const measured = runs[name]?.ok === true && runs[over]?.ok === true
      const value = ms(name) / ms(over)
      const note = `${Math.round(ms(name))} ms / ${Math.round(ms(over))} ms`
      if (!measured)
        return { name: title, value, unit: 'x', target: `<= ${most}`, note: `${over} could not run here` }
      return { name: title, value, unit: 'x', target: `<= ${most}`, ok: value <= most, note }
    }
    const files = countFiles(folder)
    const perSecond = (files / ms('init')) * 1000
    const rss = median(runs.help?.rssKiB ?? []) / median(runs.bare?.rssKiB ?? [])
    return [
      ratio('version', 'bare', 1.15, '--version / node -e 0'),
      ratio('help', 'bare', 1.35, '--help / node -e 0'),
      ratio('help', 'viteHelp', 0.9, '--help / create-vite --help'),
      { name: '--help peak RSS / node -e 0', value: rss, unit: 'x', target: '<= 1.2', ok: rss <= 1.2 },
      ratio('init', 'vite', 1, 'init chat --yes / create-vite react-ts'),
      ratio('init', 'next', 0.5, 'init chat --yes / create-next-app --skip-install'),
      {
        name: 'init, whole process',
        value: perSecond,
        unit: 'files/s',
        target: '>= 800',
        ok: perSecond >= 800,
        note: `${files} files`,
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
