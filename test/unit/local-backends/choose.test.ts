import { describe, expect, it } from 'vitest'
import { type BackendFacts, type ChooseOptions, chooseRung } from '../../../src/local/backends/choose.ts'

const base: ChooseOptions = {
  name: 'redis',
  wanted: 'auto',
  facts: {},
  nodePath: '/node',
  packageRoot: '/package',
  run: 'cafe',
  database: 'chat',
  download: false,
  requireReal: false,
  downloads: '/project/.rtdeploy/download',
}
const url: BackendFacts = { urlVariable: 'REDIS_URL' }
const program: BackendFacts = {
  program: { name: 'redis-server', path: '/usr/bin/redis-server', label: 'redis-server 7.0.15' },
}
const mongod: BackendFacts = { program: { name: 'mongod', path: '/usr/bin/mongod', label: 'mongod 8.0.0' } }
const ferret: BackendFacts = {
  program: { name: 'ferretdb', path: '/usr/bin/ferretdb', label: 'ferretdb 1.24' },
}
const image: BackendFacts = { docker: { program: 'docker', hasImage: true } }
const noImage: BackendFacts = { docker: { program: 'podman', hasImage: false } }
const everything = { ...url, ...program, ...image }

const choose = (options: Partial<ChooseOptions>) => chooseRung({ ...base, ...options })

describe('chooseRung', () => {
  it.each<[string, Partial<ChooseOptions>, string, string]>([
    ['a URL before all else', { facts: everything }, 'url', 'from REDIS_URL'],
    ['a program before Docker', { facts: { ...program, ...image } }, 'program', 'redis-server 7.0.15'],
    ['Docker when its image is there', { facts: image }, 'docker', 'redis:7-alpine in docker'],
    ['the stand-in rather than a pull that nobody asked for', { facts: noImage }, 'embedded', 'embedded'],
    ['the stand-in when there is nothing', {}, 'embedded', 'embedded'],
    [
      'what is asked for: the program, with a URL set',
      { facts: everything, wanted: 'program' },
      'program',
      'redis-server 7.0.15',
    ],
    [
      'what is asked for: Docker, with all else there',
      { facts: everything, wanted: 'docker' },
      'docker',
      'redis:7-alpine in docker',
    ],
    [
      'what is asked for: Docker, even if it must pull',
      { facts: noImage, wanted: 'docker' },
      'docker',
      'redis:7-alpine in podman',
    ],
    [
      'what is asked for: the stand-in, with all else there',
      { facts: everything, wanted: 'embedded' },
      'embedded',
      'embedded',
    ],
    [
      'a download of MongoDB when it is allowed',
      { name: 'mongo', download: true },
      'download',
      'mongod, downloaded',
    ],
    [
      'no download when a program is there',
      { name: 'mongo', download: true, facts: mongod },
      'program',
      'mongod 8.0.0',
    ],
    ['no download of Redis, allowed or not', { download: true }, 'embedded', 'embedded'],
    [
      'a real one with --require-real',
      { facts: program, requireReal: true },
      'program',
      'redis-server 7.0.15',
    ],
    ['a URL with --require-real', { facts: url, requireReal: true }, 'url', 'from REDIS_URL'],
    [
      'a download with --require-real',
      { name: 'mongo', download: true, requireReal: true },
      'download',
      'mongod, downloaded',
    ],
  ])('takes %s', (_what, options, rung, label) => {
    expect(choose(options)).toMatchObject({ rung, label })
  })

  it.each<[string, Partial<ChooseOptions>, string, string]>([
    ['a URL that is not set', { wanted: 'url' }, 'REDIS_URL', 'REDIS_URL=... rtdeploy up'],
    [
      'a program that is not there',
      { wanted: 'program' },
      'redis-server, valkey-server',
      'install redis-server',
    ],
    ['a program of MongoDB', { wanted: 'program', name: 'mongo' }, 'mongod, ferretdb', 'install mongod'],
    ['Docker without a daemon', { wanted: 'docker' }, 'no daemon answers', 'start Docker'],
    ['a Redis to download', { wanted: 'download' }, 'no Redis to download', 'install redis-server'],
    ['a stand-in with --require-real', { requireReal: true }, '--require-real', 'install redis-server'],
    [
      'a stand-in that is asked for, with --require-real',
      { wanted: 'embedded', requireReal: true },
      '--require-real',
      'install',
    ],
    [
      'a stand-in of MongoDB with --require-real',
      { name: 'mongo', requireReal: true },
      '--require-real',
      'MONGODB_URL',
    ],
  ])('refuses %s with exit 3', (_what, options, message, hint) => {
    expect(() => choose(options)).toThrow(
      expect.objectContaining({
        code: 'backend.missing',
        exitCode: 3,
        message: expect.stringContaining(message),
        hint: expect.stringContaining(hint),
      }),
    )
  })

  it('never has the value of a URL, only the name of its variable', () => {
    expect(choose({ name: 'mongo', facts: { urlVariable: 'MONGODB_URI' } })).toEqual({
      rung: 'url',
      label: 'from MONGODB_URI',
      variable: 'MONGODB_URL',
      url: 'MONGODB_URI',
    })
  })

  it.each<[string, Partial<ChooseOptions>, string]>([
    [
      'redis-server',
      { facts: program },
      '/usr/bin/redis-server --port $PORT --bind 127.0.0.1 --save  --appendonly no --dir $DATA',
    ],
    [
      'mongod',
      { name: 'mongo', facts: mongod },
      '/usr/bin/mongod --port $PORT --bind_ip 127.0.0.1 --dbpath $DATA --quiet',
    ],
    [
      'ferretdb',
      { name: 'mongo', facts: ferret },
      '/usr/bin/ferretdb --listen-addr=127.0.0.1:$PORT --state-dir=$DATA --handler=sqlite --sqlite-url=file:$DATA/ --telemetry=disable',
    ],
    [
      'Redis in Docker',
      { facts: image },
      'docker run --rm --name rtdeploy-cafe-redis --label rtdeploy.run=cafe --publish 127.0.0.1:$PORT:6379 redis:7-alpine redis-server --save  --appendonly no',
    ],
    [
      'MongoDB in Docker',
      { name: 'mongo', facts: image },
      'docker run --rm --name rtdeploy-cafe-mongo --label rtdeploy.run=cafe --publish 127.0.0.1:$PORT:27017 mongo:8',
    ],
    [
      'a downloaded mongod',
      { name: 'mongo', download: true },
      '/node /package/dist/download-mongo-main.js --port $PORT --data $DATA --downloads /project/.rtdeploy/download',
    ],
    ['the stand-in for Redis', {}, '/node /package/dist/embedded-redis-main.js --port $PORT'],
    [
      'the stand-in for MongoDB',
      { name: 'mongo' },
      '/node /package/dist/embedded-mongo-main.js --port $PORT',
    ],
  ])('starts %s for this machine alone', (_what, options, line) => {
    expect(choose(options).start?.join(' ')).toBe(line)
  })

  it('names the database of the app', () => {
    expect(choose({ name: 'mongo' }).url).toBe('mongodb://127.0.0.1:$PORT/chat')
    expect(choose({}).url).toBe('redis://127.0.0.1:$PORT')
  })
})
