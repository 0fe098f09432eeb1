import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runCli } from '../support/run-cli.ts'
import { currentContext, environment, kubeconfig, leaveToBalancer, repository } from './support/project.ts'

const folder = kubeconfig === undefined ? '' : realpathSync(mkdtempSync(join(tmpdir(), 'rtdeploy-chat-')))
const namespace = `rtd-${randomBytes(4).toString('hex')}`
const kubectl = (...args: readonly string[]) =>
  execFileSync('kubectl', args, {
    encoding: 'utf8',
    env: { ...process.env, ...environment() },
    stdio: 'pipe',
  })
const classesOf = (kind: string) =>
  kubeconfig === undefined
    ? []
    : kubectl('get', kind, '--ignore-not-found', '--output', 'jsonpath={.items[*].metadata.name}').split(' ')
const run = (...args: readonly string[]) => runCli(args, { cwd: folder, env: environment() })
const init = (...args: readonly string[]) => {
  const where = ['--context', currentContext(), '--image', repository(), '--namespace', namespace]
  return run('init', '.', '--name', 'chat', '--yes', '--force', '--target', 'kubernetes', ...where, ...args)
}

const gateways = classesOf('gatewayclasses')
const isGoogle = gateways.some(name => name.startsWith('gke-'))
const ways = [
  ['ingress', 'gce', isGoogle],
  ['ingress', 'traefik', classesOf('ingressclasses').includes('traefik')],
  ['gateway', 'traefik', gateways.includes('traefik')],
  ['loadbalancer', undefined, isGoogle],
  ['gateway', 'gke-l7-global-external-managed', isGoogle],
] as const

interface Told {
  readonly id: string
  readonly status: string
  readonly data?: { readonly lost?: number; readonly away?: number }
}
const checksOf = (text: string): readonly Told[] => JSON.parse(text).checks
const failedOf = (text: string) => checksOf(text).filter(check => check.status === 'fail')

/** What `init` writes, as it is, from the first command to the last; the tests of one file follow one another. */
describe.skipIf(kubeconfig === undefined)('the chat of init', { timeout: 900_000 }, () => {
  afterAll(() => {
    kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--wait=false')
    rmSync(folder, { recursive: true, force: true })
  })

  it('is built, pushed, released and verified by two commands, marked as dirty when it is', async () => {
    const [entry, className] = ways.find(([, , there]) => there) ?? ['gateway', undefined]
    const made = await init('--entry', entry, ...(className === undefined ? [] : ['--class', className]))
    expect(`${made.exitCode} ${made.stderr}`).toMatch(/^0 /)
    const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' })
    git('init', '--quiet')
    git('add', '.')
    git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message', 'all')
    const commit = git('rev-parse', 'HEAD').slice(0, 12)
    const up = await run('up', '--no-verify', '--json')
    expect([up.exitCode, JSON.parse(up.stdout).error]).toEqual([0, undefined])
    const image = () =>
      kubectl(
        '--namespace',
        namespace,
        'get',
        'deployment',
        'chat',
        '--output',
        'jsonpath={.spec.template.spec.containers[0].image}',
      )
    expect(image()).toMatch(new RegExp(`^${repository()}@sha256:`))
    const status = await run('status')
    expect(status.stdout).toContain(commit)
    writeFileSync(join(folder, 'client/style.css'), '/* changed */\n', { flag: 'a' })
    const planned = await run('plan')
    expect(planned.stdout).toMatch(new RegExp(`${commit}-dirty-[0-9a-f]{12}`))
    git('checkout', '--quiet', 'client/style.css')
  })

  for (const [entry, className, there] of ways) {
    it.skipIf(!there)(`passes every check behind ${entry} ${className ?? ''}`, async () => {
      const made = await init('--entry', entry, ...(className === undefined ? [] : ['--class', className]))
      expect(made.exitCode).toBe(0)
      const [up] = await Promise.all([
        run('up', '--json'),
        ...(entry === 'loadbalancer' ? [leaveToBalancer(namespace, 'chat-lb')] : []),
      ])
      expect([up.exitCode, JSON.parse(up.stdout).error, failedOf(up.stdout)]).toEqual([0, undefined, []])
      const spread = checksOf(up.stdout).find(check => check.id === 'spread.replicas')
      if (entry !== 'loadbalancer') expect(spread?.status).toBe('pass')
      const again = await run('plan', '--detailed-exitcode')
      expect(`${again.exitCode} ${again.stdout}`).toMatch(/^0 /)
    })
  }

  it('loses no message that it acknowledged, whatever is restarted, killed or drained', async () => {
    const ran = await run('verify', '--disrupt', 'all', '--in-cluster', '--yes', '--idle', '0', '--json')
    expect([JSON.parse(ran.stdout).error, failedOf(ran.stdout)]).toEqual([undefined, []])
    for (const name of ['rollout', 'replica', 'node', 'redis']) {
      const of = (what: string) =>
        checksOf(ran.stdout).find(check => check.id === `disruption.${name}.${what}`)
      expect([name, of('messages')?.data]).toEqual([name, expect.objectContaining({ lost: 0 })])
      expect([name, of('reconnect')?.data]).toEqual([name, expect.objectContaining({ away: 0 })])
    }
  })

  it('goes, and nothing is left', async () => {
    const down = await run('down', '--yes', '--delete-data')
    expect(`${down.exitCode} ${down.stderr}`).toMatch(/^0 /)
    expect(kubectl('get', 'namespace', namespace, '--ignore-not-found')).toBe('')
    const volumes = kubectl(
      'get',
      'persistentvolumes',
      '--output',
      'jsonpath={.items[*].spec.claimRef.namespace}',
    )
    expect(volumes.split(' ')).not.toContain(namespace)
  })
})
