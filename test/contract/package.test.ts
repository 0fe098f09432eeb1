import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot, runProgram, temporaryFolder } from '../support/run-cli.ts'

const npm = (args: readonly string[], cwd: string) =>
  runProgram('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, env: passedOn() })

/** Settings by which npm finds its registry and its cache are the machine's, not the test's. */
function passedOn(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      /^npm_config_(registry|cache|userconfig|globalconfig|cafile)$/i.test(name) && value
        ? [[name, value]]
        : [],
    ),
  )
}

describe('the package that npm would publish', { timeout: 300_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let installed = ''
  let bin = ''

  beforeAll(async () => {
    folder = await temporaryFolder()
    const packed = await npm(['pack', '--ignore-scripts', '--pack-destination', folder.path], packageRoot)
    const tarball = packed.stdout.trim().split('\n').at(-1) as string
    const install = await npm(['install', '--prefix', folder.path, join(folder.path, tarball)], folder.path)
    expect(`${install.exitCode} ${install.stderr}`).toBe('0 ')
    installed = join(folder.path, 'node_modules', 'rtdeploy')
    bin = join(folder.path, 'node_modules', '.bin', 'rtdeploy')
  }, 300_000)
  afterAll(() => folder[Symbol.asyncDispose]())

  it('is one package without dependencies and without install scripts', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
    expect(readdirSync(join(folder.path, 'node_modules')).filter(name => !name.startsWith('.'))).toEqual([
      'rtdeploy',
    ])
    expect(manifest.dependencies).toBeUndefined()
    expect(Object.keys(manifest.scripts).filter(name => /install|^prepare$/.test(name))).toEqual([])
  })

  it('holds the program, the template and the documents, and nothing else', () => {
    const files = (readdirSync(installed, { recursive: true }) as string[]).filter(path =>
      statSync(join(installed, path)).isFile(),
    )
    const strangers = files.filter(
      path =>
        !/^(bin|dist)\//.test(path) &&
        !['package.json', 'README.md', 'LICENSE', 'ARCHITECTURE.md'].includes(path),
    )
    expect(strangers).toEqual([])
    expect(files.filter(path => /node_modules|\.env|\.log$|\.rtdeploy/.test(path))).toEqual([])
    expect(files).toEqual(
      expect.arrayContaining([
        'bin/rtdeploy.js',
        'dist/main.js',
        'dist/schema.json',
        'dist/chat-template.json.br',
        'dist/terraform.json.br',
        'dist/THIRD-PARTY.txt',
      ]),
    )
    const bytes = files.reduce((sum, path) => sum + statSync(join(installed, path)).size, 0)
    expect(bytes).toBeLessThanOrEqual(1.5 * 1024 * 1024)
  })

  it('brings the licences of what is bundled', () => {
    const text = readFileSync(join(installed, 'dist/THIRD-PARTY.txt'), 'utf8')
    for (const name of ['commander', 'yaml', 'zod', 'bson', 'mingo', '@inquirer/core'])
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((MIT|ISC|Apache-2\\.0)\\)$`, 'm'))
    expect(text).toContain('THE SOFTWARE IS PROVIDED "AS IS"')
    expect(text).not.toContain('(undefined)')
  })

  it('runs as npx would run it: init, up, verify, status, down', async () => {
    const run = (args: readonly string[], cwd: string) => runProgram(bin, args, { cwd, env: passedOn() })
    expect((await run(['--version'], folder.path)).stdout).toBe(
      `${JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')).version}\n`,
    )
    const init = await run(['init', 'my-chat', '--yes', '--port', '0'], folder.path)
    expect(`${init.exitCode} ${init.stderr}`).toMatch(/^0 /)
    const chat = join(folder.path, 'my-chat')
    expect(readdirSync(chat)).toEqual(
      expect.arrayContaining([
        '.gitignore',
        '.dockerignore',
        'Dockerfile',
        'compose.yaml',
        'README.md',
        'rtdeploy.yaml',
      ]),
    )
    try {
      const up = await run(['up', '--target', 'local'], chat)
      expect(`${up.exitCode} ${up.stderr}`).toMatch(/^0 /)
      const verify = await run(['verify', '--json', '--html', 'report.html'], chat)
      const report = JSON.parse(verify.stdout)
      expect([verify.exitCode, report.outcome]).toEqual([0, 'done'])
      expect(readFileSync(join(chat, 'report.html'), 'utf8')).toContain('my-chat-0')
      const status = await run(['status', '--json'], chat)
      expect(JSON.parse(status.stdout).result.running).toBe(true)
    } finally {
      const down = await run(['down'], chat)
      expect(down.exitCode).toBe(0)
    }
  })
})
