// npm test: every test that this machine can run; names what it could not run and why. Arguments go to vitest.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureInstalled, root } from './installed.mjs'

const chat = join(root, 'chat-template')
const given = process.argv.slice(2)
const work = mkdtempSync(join(tmpdir(), 'rtdeploy-npm-test-'))
const missing = join(work, 'missing')
const env = { ...process.env, RTDEPLOY_TEST_MISSING: missing }
const totals = { passed: 0, failed: 0, skipped: 0 }
const skippedNames = []

/** One run of vitest; adds its counts. */
function vitest(cwd, name, args) {
  const report = join(work, `${name}.json`)
  const program = join(cwd, 'node_modules', 'vitest', 'vitest.mjs')
  const run = spawnSync(
    process.execPath,
    [program, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args],
    {
      cwd,
      env,
      stdio: 'inherit',
    },
  )
  if (!existsSync(report)) {
    totals.failed += 1
    return
  }
  const result = JSON.parse(readFileSync(report, 'utf8'))
  totals.passed += result.numPassedTests
  totals.failed += result.numFailedTests
  totals.skipped += result.numPendingTests + (result.numTodoTests ?? 0)
  // A file that cannot be loaded, or an error outside a test, fails the run without a failed test.
  if (run.status !== 0 && result.numFailedTests === 0) totals.failed += 1
  for (const file of result.testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'pending' || test.status === 'skipped') skippedNames.push(test.fullName)
    }
  }
}

ensureInstalled(root)
ensureInstalled(chat)
vitest(root, 'rtdeploy', given)
if (given.length === 0) vitest(chat, 'chat', [])

const absent = existsSync(missing)
  ? [...new Set(readFileSync(missing, 'utf8').split('\n').filter(Boolean))].sort()
  : []
if (absent.length > 0) {
  process.stdout.write('\nnot run, since this machine does not have what they need:\n')
  for (const name of absent) {
    process.stdout.write(
      `  ${name.padEnd(14)} put it on PATH, or its path in RTDEPLOY_TEST_${name.toUpperCase().replaceAll('-', '_')}\n`,
    )
  }
  for (const name of skippedNames) process.stdout.write(`  - ${name}\n`)
}
rmSync(work, { recursive: true, force: true })
process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`)
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0
