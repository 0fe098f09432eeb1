// Bundles src/ into dist/: one file a program plus chunks that load when a verb needs them.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const entries = ['main', 'local/supervisor-main', 'local/redis/embedded-redis-main', 'local/mongo/embedded-mongo-main']

rmSync(join(root, 'dist'), { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints: entries
    .map(name => ({ in: join(root, 'src', `${name}.ts`), out: name.split('/').at(-1) }))
    .filter(entry => existsSync(entry.in)),
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minify: true,
  legalComments: 'none',
  chunkNames: 'chunks/[name]-[hash]',
  define: { 'process.env.RTDEPLOY_VERSION': JSON.stringify(version) },
  // CommonJS dependencies ask for Node's own modules with require(), which an ES module does not have.
  banner: { js: "import{createRequire as $r}from'node:module';const require=$r(import.meta.url);" },
  logLevel: 'warning',
})
