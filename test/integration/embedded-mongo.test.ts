import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { afterEach, describe, expect, it } from 'vitest'
import { packageRoot } from '../support/run-cli.ts'

const program = join(packageRoot, 'dist/embedded-mongo-main.js')
const started: ChildProcess[] = []

function start(...args: string[]): { child: ChildProcess; output: () => string; errors: () => string } {
  const child = spawn(process.execPath, [program, ...args])
  started.push(child)
  let [output, errors] = ['', '']
  child.stdout.on('data', chunk => (output += chunk))
  child.stderr.on('data', chunk => (errors += chunk))
  return { child, output: () => output, errors: () => errors }
}

async function ready(run: ReturnType<typeof start>): Promise<number> {
  while (!run.output().includes('\n')) {
    const outcome = await Promise.race([once(run.child.stdout!, 'data'), once(run.child, 'exit')])
    if (typeof outcome[0] === 'number') throw new Error(`ended with ${outcome[0]}: ${run.errors()}`)
  }
  return Number(/^ready on 127\.0\.0\.1:(\d+)\n$/.exec(run.output())?.[1])
}

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
})

describe('the program of the embedded MongoDB', () => {
  it('says where it listens, serves the driver, and ends on SIGTERM and SIGINT with connections open', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const run = start('--port', '0')
      const port = await ready(run)
      const client = new MongoClient(`mongodb://127.0.0.1:${port}/`)
      await client.db('app').collection('rows').insertOne({ a: 1 })
      expect(await client.db('app').collection('rows').countDocuments()).toBe(1)
      expect((await client.db().admin().buildInfo()).embedded).toBe('rtdeploy')
      const exited = once(run.child, 'exit')
      run.child.kill(signal)
      expect(await exited).toEqual([0, null])
      await client.close()
    }
  })

  it('listens on 127.0.0.1 alone', async () => {
    const port = await ready(start('--port', '0'))
    // The same port of another address of this machine is free, so nothing listens on all addresses.
    const other = createServer().listen(port, '127.0.0.2')
    await once(other, 'listening')
    other.close()
  })

  it('says in one line that its port is taken', async () => {
    const port = await ready(start('--port', '0'))
    const second = start('--port', String(port))
    expect(await once(second.child, 'close')).toEqual([1, null])
    expect(second.errors()).toMatch(/^error: .*port.*\n$/)
    expect(second.output()).toBe('')
  })

  it.each([[['--port', 'x']], [['--port', '70000']], [[]], [['--prot', '1']]])('refuses %j', async args => {
    const run = start(...args)
    expect(await once(run.child, 'close')).toEqual([1, null])
    expect(run.errors()).toMatch(/^error: .+\n$/)
  })
})
