// npm test: every test that this machine can run; names what it could not run and why. Arguments go to vitest.
// npm run test:cluster, npm run test:gke: only those that need a cluster, or Google's APIs.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, root } from './installed.mjs'

const chat = join(root, 'chat-template')
/** Tests with configurations of their own, by what `npm run test:...` calls them. */
const apart = { cluster: ['cluster'], gke: ['gke', 'cloud'] }
const only = Object.keys(apart).find(name => name === process.argv[2])
const given = process.argv.slice(only === undefined ? 2 : 3)
const configOf = name => ['--config', `vitest.${name}.config.ts`]
const work = mkdtempSync(join(tmpdir(), 'rtdeploy-npm-test-'))
const missing = join(work, 'missing')
const totals = { passed: 0, failed: 0, skipped: 0 }
const skipped = new Map()
/** What failed, with its first words: told again at the end, where a log of thousands of lines is read. */
const failed = []

/** One run of vitest; adds its counts. Beside another one its output is kept until it has ended. */
async function vitest(cwd, name, args, { env = {}, beside = false, title = '' } = {}) {
  const report = join(work, `${name}.json`)
  const program = join(cwd, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const output = join(work, `${name}.log`)
  const kept = beside ? openSync(output, 'w') : 'inherit'
  const child = spawn(process.execPath, [program, 'run', ...reporters, ...args], {
    cwd,
    env: { ...process.env, RTDEPLOY_TEST_MISSING: missing, ...env },
    stdio: ['inherit', kept, kept],
  })
  const [status, signal] = await once(child, 'exit')
  if (beside) {
    closeSync(kept)
    process.stdout.write(title)
    process.stdout.write(readFileSync(output))
  }
  if (!existsSync(report)) {
    totals.failed += 1
    failed.push(`${name}: vitest ended with ${status ?? signal} and wrote no report`)
    return
  }
  const result = JSON.parse(readFileSync(report, 'utf8'))
  totals.passed += result.numPassedTests
  totals.failed += result.numFailedTests
  totals.skipped += result.numPendingTests + (result.numTodoTests ?? 0)
  // A file that cannot be loaded, or an error outside a test, fails the run without a failed test.
  if (status !== 0 && result.numFailedTests === 0) {
    totals.failed += 1
    failed.push(`${name}: an error outside a test, see above`)
  }
  for (const file of result.testResults) {
    const words = messages => messages.join('\n').split('\n').slice(0, 12).join('\n    ')
    if (file.status === 'failed' && file.message) failed.push(`${file.name}\n    ${words([file.message])}`)
    for (const test of file.assertionResults.filter(test => test.status === 'failed'))
      failed.push(`${file.name} > ${test.fullName}\n    ${words(test.failureMessages)}`)
    const count = file.assertionResults.filter(test =>
      ['pending', 'skipped', 'todo'].includes(test.status),
    ).length
    const path = file.name.slice(root.length + 1)
    if (count > 0) skipped.set(path, (skipped.get(path) ?? 0) + count)
  }
}

/** A server in a process of its own, once it takes connections. */
async function startServer(program, args, port) {
  const child = spawn(program, args, { stdio: 'ignore' })
  const deadline = Date.now() + 120_000
  while (
    !(await fetch(`http://127.0.0.1:${port}`).then(
      () => true,
      error => error.cause?.code !== 'ECONNREFUSED',
    ))
  ) {
    if (Date.now() > deadline || child.exitCode !== null)
      throw new Error(`${program} ${args.join(' ')} does not start`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  return child
}

function freePort() {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** The template's own tests, over a MongoDB of ours: the embedded one, and a foreign one where there is one. */
async function testChat() {
  const foreign = process.env.RTDEPLOY_TEST_MONGO_SERVER
  const servers = [
    [
      'embedded',
      process.execPath,
      port => [join(root, 'dist', 'embedded-mongo-main.js'), '--port', `${port}`],
    ],
  ]
  if (foreign) {
    const data = join(work, 'mongo')
    mkdirSync(data)
    servers.push(['foreign', foreign, port => ['--port', `${port}`, '--dbpath', data]])
  }
  for (const [name, program, args] of servers) {
    const port = await freePort()
    const child = await startServer(program, args(port), port)
    const title = `\nthe chat template, over the ${name} MongoDB\n`
    const env = { MONGODB_URL: `mongodb://127.0.0.1:${port}` }
    await vitest(chat, `chat-${name}`, [], { env, beside: true, title })
    child.kill('SIGTERM')
  }
}

ensureInstalled(root)
ensureInstalled(chat)
if (only === undefined) await vitest(root, 'rtdeploy', given)
else
  for (const name of apart[only]) await vitest(root, name, [...configOf(name), '--passWithNoTests', ...given])
if (given.length === 0 && only === undefined) {
  await ensureBuilt()
  // There is one cluster. Those of gke take one step after the other and mostly wait: what needs no cluster runs beside.
  await vitest(root, 'cluster', configOf('cluster'))
  const withoutCluster = async () => {
    await testChat()
    await vitest(root, 'cloud', configOf('cloud'), { beside: true })
  }
  await Promise.all([vitest(root, 'gke', configOf('gke')), withoutCluster()])
}

/** What is no program. */
const asks = {
  cluster: 'a kubeconfig whose cluster answers, in KUBECONFIG or RTDEPLOY_TEST_CLUSTER',
  image: 'a repository of images that cluster and machine reach, in RTDEPLOY_TEST_IMAGE',
  'node-killer': 'a program that takes `kill N` and `start N` of a node, in RTDEPLOY_TEST_NODE_KILLER',
}
const absent = existsSync(missing)
  ? [...new Set(readFileSync(missing, 'utf8').split('\n').filter(Boolean))].sort()
  : []
if (absent.length > 0) process.stdout.write('\nnot on this machine, so what needs them was not run:\n')
for (const name of absent) {
  const variable = `RTDEPLOY_TEST_${name.toUpperCase().replaceAll('-', '_')}`
  process.stdout.write(`  ${name.padEnd(14)} ${asks[name] ?? `put it on PATH, or its path in ${variable}`}\n`)
}
if (skipped.size > 0) process.stdout.write('\ntests that were skipped:\n')
for (const [file, count] of skipped) process.stdout.write(`  ${String(count).padStart(4)}  ${file}\n`)
if (failed.length > 0) process.stdout.write('\nwhat failed:\n')
for (const what of failed) process.stdout.write(`  ${what.replaceAll(`${root}/`, '')}\n`)
rmSync(work, { recursive: true, force: true })
process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`)
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0
