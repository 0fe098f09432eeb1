import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { RespClient, showReply } from '../conformance/resp-client.ts'

const program = fileURLToPath(new URL('../../dist/embedded-redis-main.js', import.meta.url))

interface Ended {
  readonly code: number | null
  readonly stderr: string
}

describe('the embedded Redis as a program', () => {
  const children: ChildProcess[] = []
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
  })

  function start(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
    const child = spawn(process.execPath, [program, ...args], { env: { ...process.env, ...env } })
    children.push(child)
    return child
  }

  async function port(child: ChildProcess): Promise<number> {
    let output = ''
    for await (const chunk of child.stdout ?? []) {
      output += chunk
      if (output.includes('\n')) break
    }
    const [, found] = /^ready on 127\.0\.0\.1:(\d+)\n$/.exec(output) ?? []
    if (found === undefined) throw new Error(`not ready: ${output}`)
    return Number(found)
  }

  async function ended(child: ChildProcess): Promise<Ended> {
    let stderr = ''
    child.stderr?.on('data', chunk => {
      stderr += chunk
    })
    const [code] = await once(child, 'close')
    return { code, stderr }
  }

  it.each(['SIGTERM', 'SIGINT'] as const)('says when it is ready and ends on %s with 0', async signal => {
    const child = start(['--port', '0'])
    const client = await RespClient.open(await port(child))
    expect(showReply(await client.command('PING'))).toBe('+PONG')
    const over = ended(child)
    child.kill(signal)
    await client.closed()
    expect(await over).toEqual({ code: 0, stderr: '' })
  })

  it('takes a password from the environment', async () => {
    const child = start(['--port', '0'], { RTDEPLOY_EMBEDDED_REDIS_PASSWORD: 's3cret' })
    const client = await RespClient.open(await port(child))
    const replies = await client.pipeline([['PING'], ['AUTH', 's3cret'], ['PING']])
    expect(replies.map(showReply)).toEqual(['-NOAUTH Authentication required.', '+OK', '+PONG'])
    client.close()
  })

  it('says in one line that the port is taken, and exits with 1', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const address = holder.address()
    const taken = typeof address === 'object' && address !== null ? address.port : 0
    const { code, stderr } = await ended(start(['--port', String(taken)]))
    holder.close()
    expect(code).toBe(1)
    expect(stderr).toMatch(/^embedded Redis cannot start: listen EADDRINUSE.*\n$/)
  })

  it.each([['--port', 'x'], ['--port', '70000'], ['--nonsense']])('refuses %s %s', async (...args) => {
    const { code, stderr } = await ended(start(args))
    expect(code).toBe(1)
    expect(stderr).toMatch(/^embedded Redis cannot start: .*\n$/)
  })
})
