// npm run bench [-- name ...]: figures as ratios in one run, with their targets. Nothing here fails by time; a missed target is marked.
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { ensureBuilt, ensureInstalled, root } from './installed.mjs'
import { templatesForEsbuild } from './templates.mjs'

ensureInstalled(root)
ensureInstalled(join(root, 'chat-template'))
await ensureBuilt()

const json = process.argv.includes('--json')
const wanted = process.argv.slice(2).filter(word => !word.startsWith('--'))
const source = join(root, 'test', 'bench')
const known = readdirSync(source)
  .filter(name => name.endsWith('.ts') && name !== 'row.ts' && !name.endsWith('-process.ts'))
  .map(name => name.slice(0, -3))
const unknown = wanted.filter(name => !known.includes(name))
if (unknown.length > 0) {
  process.stderr.write(
    `error: there is no bench called ${unknown.join(', ')}\nhint: npm run bench -- ${known.join(' | ')}\n`,
  )
  process.exit(2)
}

/** Rows of one bench file: it exports one function whose name begins with `bench`. */
async function rowsOf(name) {
  // Two folders below the root, like the sources: files find the root by the same relative path.
  const outfile = join(root, 'node_modules', '.bench', `${name}.mjs`)
  await build({
    absWorkingDir: root,
    entryPoints: [join(source, `${name}.ts`)],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    plugins: [templatesForEsbuild()],
    logLevel: 'error',
  })
  const module = await import(outfile)
  const bench = Object.entries(module).find(
    ([key, value]) => key.startsWith('bench') && typeof value === 'function',
  )
  if (bench === undefined)
    throw new Error(`test/bench/${name}.ts exports no function whose name begins with bench`)
  return bench[1]()
}

// An end halfway ends what was started, too: by 'exit' hooks, and servers with their channel.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))
process.stdout.on('error', () => process.exit(1))
const all = []
for (const name of wanted.length > 0 ? wanted : known) {
  process.stderr.write(`measuring ${name} ...\n`)
  all.push(...(await rowsOf(name)))
}
rmSync(join(root, 'node_modules', '.bench'), { recursive: true, force: true })

if (json) process.stdout.write(`${JSON.stringify(all, undefined, 2)}\n`)
else {
  const cells = all.map(row => [
    row.ok === undefined ? ' ' : row.ok ? '✓' : '✗',
    row.name,
    `${Math.abs(row.value) >= 100 ? Math.round(row.value) : Number(row.value.toPrecision(3))} ${row.unit}`,
    row.target ?? '',
    row.note ?? '',
  ])
  const titles = ['', 'row', 'measured', 'target', 'note']
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...cells.map(cell => cell[column].length)),
  )
  for (const line of [titles, ...cells]) {
    process.stdout.write(
      `${line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd()}\n`,
    )
  }
  process.stdout.write(
    `\nNode ${process.versions.node}, ${process.platform} ${process.arch}; ratios of medians, both sides in one run\n`,
  )
}
process.exit(0)
