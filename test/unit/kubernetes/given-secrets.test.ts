import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/command.ts'
import {
  fromEnvironment,
  hostsOf,
  refuseLocal,
  refuseNewPassword,
} from '../../../src/kubernetes/given-secrets.ts'
import { type GivenSecret, planSecrets } from '../../../src/kubernetes/secrets.ts'

const file = '.rtdeploy/secrets.env'
const given = (name: string, value: string, from = fromEnvironment): Map<string, GivenSecret> =>
  new Map([[name, { value: new Secret(value), from }]])

describe('hosts of a URL', () => {
  it.each([
    ['redis://localhost:6379', ['localhost']],
    ['mongodb://ann:p%40ss@a:27017,b:27018/chat?tls=true', ['a', 'b']],
    ['mongodb+srv://ann:pw@cluster0.example.net/chat', ['cluster0.example.net']],
    ['redis://[::1]:6379/0', ['::1']],
    ['rediss://:p@ss@redis.internal', ['redis.internal']],
    ['no URL at all', []],
    ['localhost', []],
  ])('%s', (url, hosts) => {
    expect(hostsOf(url)).toEqual(hosts)
  })
})

describe('a secret that names this machine', () => {
  it.each([
    ['REDIS_URL', 'redis://localhost:6379', fromEnvironment],
    ['REDIS_URL', 'redis://127.0.0.1', fromEnvironment],
    ['REDIS_URL', 'redis://[::1]:6379', fromEnvironment],
    ['MONGODB_URL', 'mongodb://me:pw@db.example.com:27017,127.1.2.3:27017/chat', fromEnvironment],
    ['MONGODB_URL', 'mongodb://127.0.0.1/chat', file],
    ['DATABASE_URL', 'postgres://me:canary@LOCALHOST/chat', fromEnvironment],
  ])('%s=%s from %s is refused, and not shown', (name, value, from) => {
    const refused = expect.objectContaining({ code: 'secrets.local', exitCode: 2 })
    expect(() => refuseLocal(given(name, value, from))).toThrow(refused)
    expect(() => refuseLocal(given(name, value, from))).not.toThrow(value)
  })

  it.each([
    ['REDIS_URL', 'redis://10.0.0.5:6379', fromEnvironment],
    ['MONGODB_URL', 'mongodb+srv://localhost.example.com/chat', fromEnvironment],
    ['DATABASE_URL', 'postgres://127.0.0.1/chat', file],
    ['COOKIE_SECRET', 'localhost', fromEnvironment],
  ])('%s=%s from %s is taken', (name, value, from) => {
    expect(() => refuseLocal(given(name, value, from))).not.toThrow()
  })
})

describe('a password of MongoDB in the cluster', () => {
  const both = ['MONGODB_PASSWORD', 'MONGODB_ROOT_PASSWORD']
  const old = Buffer.from('old').toString('base64')
  const live = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'chat-secrets' },
    data: { MONGODB_PASSWORD: old, MONGODB_ROOT_PASSWORD: old },
  }
  const plan = (name: string, value: string, there = true, wanted = both) =>
    planSecrets(wanted, given(name, value), there ? live : undefined, () => 'made-up')

  it.each(both)('%s is not changed behind its back', name => {
    expect(() => refuseNewPassword(both, plan(name, 'new'), 'chat-secrets')).toThrow(
      expect.objectContaining({
        code: 'secrets.mongo-password',
        hint: expect.stringContaining(`take ${name} out of the environment`),
      }),
    )
  })

  it('may be given for the first time, stay as it is, or be the one of a database elsewhere', () => {
    expect(() => refuseNewPassword(both, plan('MONGODB_PASSWORD', 'new', false), 's')).not.toThrow()
    expect(() => refuseNewPassword(both, plan('MONGODB_PASSWORD', 'old'), 's')).not.toThrow()
    const one = ['MONGODB_PASSWORD']
    expect(() => refuseNewPassword(one, plan('MONGODB_PASSWORD', 'new', true, one), 's')).not.toThrow()
  })
})
