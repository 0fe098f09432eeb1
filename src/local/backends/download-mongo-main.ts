import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

/** Only what is used of mongodb-memory-server-core 11. */
interface MemoryServer {
  readonly MongoBinary: { getPath(options: { readonly downloadDir: string }): Promise<string> }
  readonly MongoMemoryServer: {
    create(options: {
      readonly instance: { readonly port: number; readonly ip: string; readonly dbPath: string }
      readonly binary: { readonly downloadDir: string }
    }): Promise<{ stop(): Promise<boolean> }>
  }
}

const library = 'mongodb-memory-server-core'
const version = '11'

/**
 * The rung `download`. `--prepare` brings the library by npm and through it a mongod, both below `--downloads`;
 * with `--port` and `--data` it runs that mongod until SIGTERM. Nothing of this happens unless a person asked for it.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      prepare: { type: 'boolean' },
      port: { type: 'string' },
      data: { type: 'string' },
      downloads: { type: 'string' },
    },
  })
  const downloads = values.downloads ?? ''
  const downloadDir = join(downloads, 'binaries')
  if (values.prepare) {
    install(downloads)
    process.stdout.write(`${await load(downloads).MongoBinary.getPath({ downloadDir })}\n`)
    return
  }
  const instance = { port: Number(values.port), ip: '127.0.0.1', dbPath: values.data ?? '' }
  const server = await load(downloads).MongoMemoryServer.create({ instance, binary: { downloadDir } })
  const stop = () => void server.stop().then(() => process.exit(0))
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

function install(downloads: string): void {
  if (existsSync(join(downloads, 'node_modules', library))) return
  const flags = [
    '--no-save',
    '--no-package-lock',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--loglevel=error',
  ]
  const args = ['install', '--prefix', downloads, ...flags, `${library}@${version}`]
  const { status } = spawnSync('npm', args, { stdio: 'inherit' })
  if (status !== 0) throw new Error(`npm ${args.join(' ')} exited with ${status}`)
}

function load(downloads: string): MemoryServer {
  return createRequire(join(downloads, 'package.json'))(library) as MemoryServer
}

main().catch(error => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exit(1)
})
