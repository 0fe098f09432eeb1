import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { packageRoot } from '../../support/run-cli.ts'

export const fixture = join(packageRoot, 'test/cluster/fixtures/app')

/** The app as one file, so that its image needs no registry of packages. */
export function bundleApp(folder: string): void {
  buildSync({
    absWorkingDir: fixture,
    entryPoints: ['server.mjs'],
    outfile: join(folder, 'server.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    minify: true,
    allowOverwrite: true,
    banner: { js: "import {createRequire} from 'node:module';const require=createRequire(import.meta.url);" },
  })
}

const believedMs = 10 * 60_000

/** A registry may have been emptied since. */
function isThere(image: string, note: string): boolean {
  if (Date.now() - statSync(note).mtimeMs < believedMs) return true
  if (spawnSync('docker', ['pull', '--quiet', image]).status !== 0) return false
  utimesSync(note, new Date(), new Date())
  return true
}

/** The app's image by digest, built and pushed once as long as the app is the same. Files of tests share it. */
export function pushedImage(repository: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'rtdeploy-image-'))
  try {
    cpSync(join(fixture, 'Dockerfile'), join(folder, 'Dockerfile'))
    bundleApp(folder)
    const files = ['Dockerfile', 'server.mjs'].map(file => readFileSync(join(folder, file)))
    const digest = createHash('sha256')
      .update(Buffer.concat(files))
      .update(repository)
      .digest('hex')
      .slice(0, 16)
    const note = join(tmpdir(), 'rtdeploy-test-images', digest)
    const known = existsSync(note) ? readFileSync(note, 'utf8') : undefined
    if (known !== undefined && isThere(known, note)) return known
    const tag = `${repository}:test-${digest}`
    const docker = (...args: string[]) =>
      execFileSync('docker', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' })
    docker('build', '--platform', 'linux/amd64', '--tag', tag, '.')
    docker('push', tag)
    const digests = JSON.parse(
      docker('image', 'inspect', '--format', '{{json .RepoDigests}}', tag),
    ) as string[]
    const image = digests.find(one => one.startsWith(`${repository}@`))
    if (image === undefined) throw new Error(`${tag} was pushed and has no digest`)
    mkdirSync(join(note, '..'), { recursive: true })
    writeFileSync(`${note}.${process.pid}`, image)
    renameSync(`${note}.${process.pid}`, note)
    return image
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
