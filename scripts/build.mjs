// Bundles src/ into dist/: one file a program plus chunks that load when a verb needs them, the schema for
// editors, and what `init` copies.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, transform } from 'esbuild'
import { packTemplate } from './pack-template.mjs'
import { templatesForEsbuild } from './templates.mjs'
import { thirdParty } from './third-party.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const entries = [
  'main',
  'local/supervisor-main',
  'local/redis/embedded-redis-main',
  'local/mongo/embedded-mongo-main',
  'local/backends/download-mongo-main',
]

/** commander starts programs for subcommands of a kind that we have none of: 2 ms of every run for nothing. */
const lazyCommander = {
  name: 'lazy-commander',
  setup(plugins) {
    plugins.onLoad({ filter: /commander[\\/]lib[\\/]command\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        "const childProcess = require('node:child_process');",
        "const childProcess = { spawn: (...given) => require('node:child_process').spawn(...given) };",
      ),
      loader: 'js',
    }))
  },
}

const { outputFiles, metafile } = await build({
  absWorkingDir: root,
  metafile: true,
  entryPoints: entries
    .map(name => ({ in: join(root, 'src', `${name}.ts`), out: name.split('/').at(-1) }))
    .filter(entry => existsSync(entry.in)),
  outdir: 'dist',
  write: false,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  legalComments: 'none',
  chunkNames: 'chunks/[name]-[hash]',
  define: { 'process.env.RTDEPLOY_VERSION': JSON.stringify(version) },
  plugins: [templatesForEsbuild(), lazyCommander],
  // For Node mingo offers CommonJS only, of which nothing can be left out: 160 KB more.
  alias: { mingo: join(root, 'node_modules/mingo/esm') },
  logLevel: 'warning',
})

/**
 * A chunk as CommonJS: esbuild splits ES modules only, and Node takes 5 ms less to load these (a tenth of `init`).
 * `import()` becomes a `require()` that runs when it is reached, so chunks stay as lazy as they were.
 */
async function asCommonJs({ path, text }) {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    minify: true,
    supported: { 'dynamic-import': false },
  })
  return { path, contents: Buffer.from(code) }
}

/** The schema's own code stays out of dist/: only its result is of use there. */
async function jsonSchema() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/config/json-schema.ts'],
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'node',
  })
  const module = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  )
  const text = JSON.stringify(module.jsonSchema(), undefined, 2)
  // Eight lines for each key that an environment may have would be a third of the file.
  return `${text.replace(/\{\s+("anyOf"): \[\s+\{\s+("\$ref": "[^"]+")\s+\},\s+\{\s+("type": "null")\s+\}\s+\]\s+\}/g, '{ $1: [{ $2 }, { $3 }] }')}\n`
}

/** One file, since it is handed to pods by itself. */
async function inClusterProgram() {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    metafile: true,
    entryPoints: ['src/verify/in-cluster-main.ts'],
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minify: true,
    legalComments: 'none',
  })
  return { text: outputFiles[0].text, metafile }
}

/** The help of the program as a whole: bin/ prints it without loading anything. */
async function helpText() {
  const { main } = createRequire(import.meta.url)(join(dist, 'main.js'))
  let text = ''
  const out = more => {
    text += more
  }
  await main(['--help'], { out, err: out, env: {}, terminal: {} })
  return text
}

/** Changed files are replaced in one move and unchanged ones left alone: programs that run from dist/ go on. */
function publish({ path, contents }) {
  if (existsSync(path) && readFileSync(path).equals(contents)) return path
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, contents)
  renameSync(temporary, path)
  return path
}

function removeAllBut(keep) {
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    // What ends in digits belongs to a build that runs at the same time.
    if (entry.isFile() && !keep.has(path) && !/\.\d+$/.test(path)) rmSync(path, { force: true })
  }
}

const programs = await Promise.all(outputFiles.map(asCommonJs))
const type = { path: join(dist, 'package.json'), contents: Buffer.from('{ "type": "commonjs" }\n') }
const keep = new Set([type, ...programs].map(publish))
const inCluster = await inClusterProgram()
for (const [name, contents] of [
  ['chat-template.json.br', packTemplate(join(root, 'chat-template'))],
  ['terraform.json.br', packTemplate(join(root, 'templates', 'terraform'))],
  ['schema.json', await jsonSchema()],
  ['in-cluster.mjs', inCluster.text],
  ['THIRD-PARTY.txt', thirdParty(root, [metafile, inCluster.metafile])],
  ['help.txt', await helpText()],
]) {
  keep.add(publish({ path: join(dist, name), contents: Buffer.from(contents) }))
}
removeAllBut(keep)
