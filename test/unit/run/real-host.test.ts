import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/command.ts'
import { Interrupted } from '../../../src/errors.ts'
import { createRealHost } from '../../../src/run/real-host.ts'
import { temporaryFolder } from '../../support/run-cli.ts'

const host = (env: Record<string, string | undefined> = {}, interrupt = new AbortController()) =>
  createRealHost({
    env: { PATH: process.env.PATH, ...env },
    cwd: process.cwd(),
    packageRoot: '/',
    streams: process,
    interrupted: interrupt.signal,
  })
const node = (script: string, ...args: (string | Secret)[]) => ({
  program: process.execPath,
  args: ['-e', script, ...args],
})

describe('run', () => {
  it('gives output, exit code and time as values', async () => {
    const ran = await host().run(node('console.log(1); console.error(2); process.exit(7)'))
    expect(ran).toMatchObject({ exitCode: 7, stdout: '1', stderr: '2', notFound: false, timedOut: false })
  })

  it('takes every argument as it is, without a shell', async () => {
    const args = ['$(id)', '`id`', '; id', '"', "'", '\\', '*', '~', '', 'a\nb', '-x', '日本']
    const { stdout } = await host().run(
      node('console.log(JSON.stringify(process.argv.slice(1)))', '--', ...args),
    )
    expect(JSON.parse(stdout)).toEqual(args)
  })

  it('says that a program is not there, instead of throwing', async () => {
    expect(await host().run({ program: 'no-such-program', args: [] })).toMatchObject({ notFound: true })
    expect(await host().run({ program: '/no/such/program', args: [] })).toMatchObject({ notFound: true })
  })

  it('has no exit code for a program that a signal ended', async () => {
    const { exitCode, notFound } = await host().run(node('process.kill(process.pid, "SIGKILL")'))
    expect([exitCode, notFound]).toEqual([undefined, false])
  })

  it('ends a query that takes too long, or that is aborted', async () => {
    const forever = node('setTimeout(() => {}, 60_000)')
    expect(await host().run(forever, { timeoutMs: 300 })).toMatchObject({ timedOut: true })
    const ran = await host().run(forever, { signal: AbortSignal.timeout(300) })
    expect(ran.exitCode).toBeUndefined()
  })

  it('has told every line by the time it resolves', async () => {
    const lines: string[] = []
    const script = 'for (let i = 0; i < 20000; i++) console.log("line " + i); process.stdout.write("the end")'
    await host().run(node(script), { onLine: line => lines.push(line) })
    expect([lines.length, lines.at(-1)]).toEqual([20_001, 'the end'])
  })

  it('hands secrets to the program alone', async () => {
    const secret = new Secret('canary')
    const command = {
      ...node(
        'process.stdin.on("data", d => console.log(process.argv[1], process.env.TOKEN, String(d)))',
        secret,
      ),
      env: { TOKEN: secret },
      stdin: secret,
    }
    expect((await host().run(command)).stdout).toBe('canary canary canary')
    expect(JSON.stringify(command)).not.toContain('canary')
  })

  it('gives a command that changes something one SIGINT and waits for its end', async () => {
    const interrupt = new AbortController()
    const seen: string[] = []
    const script =
      'let n = 0; process.on("SIGINT", () => { n++; setTimeout(() => { console.log("SIGINT " + n); process.exit(3) }, 200) }); console.log("ready"); setTimeout(() => {}, 60_000)'
    const ran = await host({}, interrupt).run(node(script), {
      changes: true,
      onLine: line => {
        seen.push(line)
        if (line === 'ready') interrupt.abort(new Interrupted())
      },
    })
    expect([ran.exitCode, seen]).toEqual([3, ['ready', 'SIGINT 1']])
  })

  it('begins no such command when the interrupt comes while it is looked up, and one that puts things back after it', async () => {
    const interrupt = new AbortController()
    const seen: string[] = []
    const options = { changes: true, onLine: (line: string) => seen.push(line) }
    const running = host({}, interrupt).run(node('console.log("began")'), options)
    interrupt.abort(new Interrupted())
    await expect(running).rejects.toBeInstanceOf(Interrupted)
    expect(seen).toEqual([])
    await host({}, interrupt).run(node('console.log("back")'), options)
    expect(seen).toEqual(['back'])
  })

  it('gives it one SIGINT also when another step’s failure ends it, and no second by a Ctrl-C then', async () => {
    const interrupt = new AbortController()
    const stop = new AbortController()
    const seen: string[] = []
    const script =
      'let n = 0; process.on("SIGINT", () => { n++; console.log("SIGINT " + n); setTimeout(() => process.exit(3), 300) }); console.log("ready"); setTimeout(() => {}, 60_000)'
    const ran = await host({}, interrupt).run(node(script), {
      changes: true,
      signal: stop.signal,
      onLine: line => {
        seen.push(line)
        if (line === 'ready') stop.abort()
        else interrupt.abort(new Interrupted())
      },
    })
    expect([ran.exitCode, seen]).toEqual([3, ['ready', 'SIGINT 1']])
  })

  it('does not begin what is ended before it began', async () => {
    const options = { changes: true, signal: AbortSignal.abort(new Error('ended')) }
    await expect(host().run(node(''), options)).rejects.toThrow('ended')
  })
})

describe('which', () => {
  it('finds executable files in absolute folders of PATH only', async () => {
    await using folder = await temporaryFolder()
    const path = (name: string) => join(folder.path, name)
    for (const name of ['a', 'b', 'c']) mkdirSync(path(name))
    writeFileSync(path('a/tool'), '')
    mkdirSync(path('b/tool'))
    writeFileSync(path('c/tool'), '#!/bin/sh\n')
    chmodSync(path('c/tool'), 0o755)
    symlinkSync('/no/such', path('a/dangling'))
    const found = (PATH: string, program = 'tool') => host({ PATH }).which(program)
    expect(await found(`${path('a')}:${path('b')}:${path('c')}`)).toBe(path('c/tool'))
    expect(await found(`.:c::${path('a')}`)).toBeUndefined()
    expect(await found(path('a'), 'dangling')).toBeUndefined()
    expect(await found('')).toBeUndefined()
    expect(await host({ PATH: undefined }).which('sh')).toBeUndefined()
  })
})

describe('start', () => {
  it('rejects for a program that is not there, and appends to the log of one that is', async () => {
    await using folder = await temporaryFolder()
    const log = join(folder.path, 'logs/x.log')
    await expect(
      host().start({ program: 'no-such-program', args: [] }, { log, detached: false }),
    ).rejects.toThrow('ENOENT')
    for (const word of ['one', 'two']) {
      const started = await host().start(node(`console.log(${JSON.stringify(word)})`), {
        log,
        detached: false,
      })
      expect(await started.ended).toMatchObject({ exitCode: 0 })
    }
    expect(readFileSync(log, 'utf8')).toBe('one\ntwo\n')
  })

  it('knows a process by more than its pid, and sends nothing to another', async () => {
    await using folder = await temporaryFolder()
    const { start, isAlive, kill } = host()
    const log = join(folder.path, 'x.log')
    const started = await start(node('setTimeout(() => {}, 60_000)'), { log, detached: true })
    const stranger = { pid: started.pid, startedAt: 'another time' }
    expect([await isAlive(started), await isAlive(stranger)]).toEqual([true, false])
    await kill(stranger, 'SIGKILL')
    expect(await isAlive(started)).toBe(true)
    await kill(started, 'SIGKILL')
    expect(await started.ended).toMatchObject({ signal: 'SIGKILL' })
    await kill(started, 'SIGKILL')
    expect(await isAlive(started)).toBe(false)
  })
})

describe('files', () => {
  it('are replaced whole, made once only when exclusive, and leave nothing beside them', async () => {
    await using folder = await temporaryFolder()
    const { writeFile, readFile } = host()
    const path = join(folder.path, 'a/b/file')
    await writeFile(path, 'one')
    await expect(writeFile(path, 'two', { exclusive: true })).rejects.toMatchObject({ code: 'EEXIST' })
    const fresh = join(folder.path, 'a/b/fresh')
    const racers = Array.from({ length: 20 }, (_, at) =>
      writeFile(fresh, `${at}`, { exclusive: true }).then(() => at),
    )
    const won = (await Promise.allSettled(racers)).filter(end => end.status === 'fulfilled')
    expect(won).toHaveLength(1)
    expect([await readFile(path), await readFile(fresh)]).toEqual(['one', String(won[0]?.value)])
    expect(readdirSync(join(folder.path, 'a/b')).sort()).toEqual(['file', 'fresh'])
  })

  it('that are not there are undefined; what cannot be read is an error that names the path', async () => {
    await using folder = await temporaryFolder()
    const { readFile, readBytes, list, kindOf, readFrom, realPath, modifiedAt } = host()
    const path = join(folder.path, 'none')
    for (const look of [readFile, readBytes, list, kindOf, realPath, modifiedAt])
      expect(await look(path)).toBeUndefined()
    expect(await readFrom(path, 0)).toBeUndefined()
    await expect(readFile(folder.path)).rejects.toMatchObject({ code: 'EISDIR', path: folder.path })
  })

  it('are followed from where one was, from the start when they shrank, and never in half a character', async () => {
    await using folder = await temporaryFolder()
    const { readFrom } = host()
    const path = join(folder.path, 'log')
    const bytes = Buffer.from('aé日👍z')
    const seen: string[] = []
    let offset = 0
    for (let length = 1; length <= bytes.length; length++) {
      writeFileSync(path, bytes.subarray(0, length))
      const more = await readFrom(path, offset)
      offset = more?.offset ?? 0
      seen.push(more?.text ?? '')
    }
    expect(seen.join('')).toBe('aé日👍z')
    writeFileSync(path, 'new')
    expect(await readFrom(path, offset)).toEqual({ text: 'new', offset: 3 })
    writeFileSync(path, Buffer.from([0x61, 0xff, 0xe6, 0x97]))
    const broken = await readFrom(path, 0)
    expect(broken?.text.startsWith('a\ufffd')).toBe(true)
  })
})

describe('the network', () => {
  it('says undefined of a server that refuses, hangs up or dawdles, and follows no redirect', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/hang-up') request.destroy()
      if (request.url === '/redirect') response.writeHead(302, { location: '/' }).end('there')
      if (request.url === '/echo') request.pipe(response)
    }).listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const url = `http://127.0.0.1:${port}`
    const { request, portIsFree, freePort } = host()
    expect(await request(`${url}/hang-up`)).toBeUndefined()
    expect(await request(`${url}/dawdle`, { timeoutMs: 200 })).toBeUndefined()
    expect(await request(`${url}/redirect`)).toEqual({ status: 302, body: 'there' })
    expect(await request(`${url}/echo`, { method: 'POST', body: 'hi' })).toEqual({ status: 200, body: 'hi' })
    expect(await portIsFree(port)).toBe(false)
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
    expect(await request(url)).toBeUndefined()
    expect(await portIsFree(port)).toBe(true)
    expect(await freePort()).toBeGreaterThan(1023)
  })
})

describe('sleep', () => {
  it('ends with the reason of its signal', async () => {
    const interrupt = new AbortController()
    const slept = host().sleep(60_000, interrupt.signal)
    interrupt.abort(new Interrupted('SIGTERM'))
    await expect(slept).rejects.toMatchObject({ exitCode: 143 })
    await expect(host().sleep(60_000, interrupt.signal)).rejects.toBeInstanceOf(Interrupted)
  })
})
