// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is Docker's syntax
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adoptExisting } from '../../../src/scaffold/adopt-dockerfile.ts'
import { readDockerfile } from '../../../src/scaffold/dockerfile.ts'

const envOf = (text: string) => Object.fromEntries(readDockerfile(`FROM a\n${text}`).env)

describe('readDockerfile', () => {
  it.each([
    ['ENV A=b', { A: 'b' }],
    ['env a=b', { a: 'b' }],
    ['ENV A=b C="d e" F=g\\ h', { A: 'b', C: 'd e', F: 'g h' }],
    ['ENV A b  c', { A: 'b  c' }],
    ['ENV A B= C=d', { A: 'B= C=d' }],
    ['ENV A="x=y"', { A: 'x=y' }],
    ['ENV A=', { A: '' }],
    ['ENV A="" B=\'\'', { A: '', B: '' }],
    ['ENV A=$B', { A: undefined }],
    ['ENV A=${B:-c}', { A: undefined }],
    ["ENV A='$B'", { A: '$B' }],
    ['ENV A=\\$B', { A: '$B' }],
    ['ENV A="say \\"hi\\""', { A: 'say "hi"' }],
    ['ENV A=1 \\\n  B=2 \\  \n# a comment\n\n  C=3', { A: '1', B: '2', C: '3' }],
    ['ENV A=1\r\nENV B=2\r\n', { A: '1', B: '2' }],
    ['# ENV A=1', {}],
    ['ENV A=1 # no comment', { A: '1', '#': '', no: '', comment: '' }],
    ['ENV A=c:\\\\\nENV B=2', { A: 'c:\\', B: '2' }],
    ['RUN <<EOF\nENV A=1\nEOF\nENV B=2', { B: '2' }],
    ['COPY <<-"one" <<two /x/\nENV A=1\n\tone\nENV C=1\ntwo\nENV B=2', { B: '2' }],
    ['RUN cat <<<word\nENV B=2', { B: '2' }],
    ['ARG A=1\nONBUILD ENV C=1\nLABEL x=y', {}],
  ])('reads the variables of %j', (text, env) => {
    expect(envOf(text)).toEqual(env)
  })

  it('takes another mark of continuation from the directive at the top', () => {
    const env = readDockerfile('# syntax=docker/dockerfile:1\n# escape=`\nFROM a\nENV A=c:\\x `\n  B=2').env
    expect(Object.fromEntries(env)).toEqual({ A: 'c:\\x', B: '2' })
  })

  it('takes the last stage, with what it inherits from stages that it names', () => {
    const text = `FROM --platform=$BUILDPLATFORM node AS base
ENV A=1 B=1
EXPOSE 1000
HEALTHCHECK CMD one
FROM node AS build
ENV C=1
CMD ["build"]
FROM BASE as final
ENV B=2
HEALTHCHECK NONE
CMD ["node", "a b.js"]`
    expect(readDockerfile(text)).toMatchObject({
      ...{ platform: undefined, env: new Map(Object.entries({ A: '1', B: '2' })), expose: ['1000'] },
      ...{ healthcheck: undefined, cmd: ['node', 'a b.js'] },
    })
  })

  it('throws at nothing', () => {
    const words = [
      'FROM',
      ' a',
      ' AS',
      'ENV',
      ' A',
      '=',
      '"',
      "'",
      '\\',
      '$',
      '\n',
      '#',
      '<<E',
      'RUN ',
      '[',
      '`',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words)), fc.string(), (some, other) => {
        readDockerfile(some.join(''))
        readDockerfile(`${some.join('')}${other}`)
      }),
    )
  })
})

describe('adoptExisting', () => {
  const adopt = (text: string | undefined, manifest: unknown = {}) =>
    adoptExisting({
      dockerfile: text === undefined ? undefined : `FROM a\n${text}`,
      manifest,
      folder: 'shop',
    })

  it.each([
    ['EXPOSE 4000', 4000, 0],
    ['EXPOSE 53/udp 4000/tcp 9090', 4000, 2],
    ['ENV PORT=5000', 5000, 0],
    ['ENV PORT=5000\nEXPOSE ${PORT}', 5000, 0],
    ['EXPOSE $PORT', 3000, 1],
    ['EXPOSE 70000', 3000, 1],
    ['', 3000, 0],
  ])('of %j the port is %d', (text, port, left) => {
    const adopted = adopt(text)
    expect([adopted.port, adopted.left.length]).toEqual([port, left])
    expect((adopted.open ?? []).some(line => line.startsWith('PORT: '))).toBe(port === 3000)
  })

  it.each([
    ['curl -f http://localhost:3000/health || exit 1', '/health'],
    ['curl --fail localhost:3000/health', '/health'],
    ['wget -qO- http://127.0.0.1:3000', '/'],
    [
      `["node", "-e", "fetch('http://localhost:3000/ok?x=1').then(r => process.exit(r.ok ? 0 : 1))"]`,
      '/ok?x=1',
    ],
    ['curl http://localhost:$PORT/health', '/health'],
    ['curl http://localhost:3000/$CHECK', undefined],
    ['node healthcheck.js', undefined],
  ])('the health check %j asks for %s', (check, ready) => {
    const adopted = adopt(`HEALTHCHECK --interval=5s --timeout=3s CMD ${check}`)
    expect(adopted.ready).toBe(ready)
    expect(adopted.left.some(line => line.startsWith('Dockerfile HEALTHCHECK'))).toBe(ready === undefined)
  })

  it.each([
    ['CMD ["node", "a b.js"]', {}, ['node', 'a b.js']],
    ['CMD node server.js', {}, ['node', 'server.js']],
    ['ENTRYPOINT ["tini", "--"]\nCMD ["node", "x.js"]', {}, ['node', 'x.js']],
    ['ENTRYPOINT ["node", "x.js"]', {}, ['node', 'x.js']],
    ['CMD node a.js && true', {}, undefined],
    ['CMD ["node", "a.js"]', { start: 'node b.js' }, undefined],
  ])('of %j with the scripts %j a replica starts by %j', (text, scripts, start) => {
    expect(adopt(text, { scripts }).start).toEqual(start)
  })

  it('takes plain variables, of secrets the names, and leaves to the image what is its own', () => {
    const adopted = adopt(
      "ENV LOG=info API_KEY=x PRICE='5$' PATH=/app/bin:$PATH HOME=/app VERSION=$VERSION PORT=1",
    )
    expect(adopted).toMatchObject({ env: { LOG: 'info', PRICE: '5$' }, secrets: ['API_KEY'] })
    expect(adopted.left.map(line => line.split(':')[0])).toEqual([
      ...['Dockerfile ENV PATH', 'Dockerfile ENV HOME', 'Dockerfile ENV VERSION'],
    ])
  })

  it.each([
    [{ redis: '6' }, '', 'in-cluster', 'off'],
    [{ '@socket.io/redis-adapter': '8', mongoose: '8' }, '', 'in-cluster', 'in-cluster'],
    [{}, 'ENV REDIS_URL=redis://cache MONGODB_URL=mongodb://db', 'external', 'external'],
    [{ 'redis-like': '1' }, '', 'off', 'off'],
  ])('of the dependencies %j and %j the backends follow', (dependencies, text, redis, mongo) => {
    expect(adopt(text, { dependencies })).toMatchObject({ redis, mongo })
  })

  it('says what only a person can, and what a missing file means', () => {
    const keys = (adopted: ReturnType<typeof adopt>) => (adopted.open ?? []).map(line => line.split(':')[0])
    const usual = ['verify.identity', 'verify.fanOut']
    const whole = {
      dependencies: { 'socket.io': '4', '@socket.io/redis-adapter': '8' },
      scripts: { start: 'x' },
    }
    expect(keys(adopt('EXPOSE 1', whole))).toEqual(usual)
    expect(adopt('EXPOSE 1', whole).localOnly).toBeUndefined()
    expect(keys(adopt('EXPOSE 1\nCMD x', undefined))).toEqual(['package.json', ...usual])
    expect(keys(adopt('EXPOSE 1\nCMD x', { dependencies: { ws: '8' } }))).toEqual(['package.json', ...usual])
    expect(keys(adopt(undefined, whole))).toEqual(['Dockerfile', 'PORT', ...usual])
    expect(adopt(undefined, whole)).toMatchObject({ from: 'package.json', localOnly: true })
  })

  it.each([
    ['@acme/chat', 'chat'],
    [undefined, 'shop'],
    [7, '7'],
  ])('the name %j of package.json means %s', (name, expected) => {
    expect(adopt('', { name }).name).toBe(expected)
  })
})
