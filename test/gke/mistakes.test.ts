import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fieldManager } from '../../src/tools/kubectl.ts'
import { startBrowser, visit, write } from '../chat/browsers.ts'
import { type GoogleStandIn, liveTestbed, startGoogle } from '../support/google-stand-in.ts'
import { optional } from '../support/needs.ts'
import { packageRoot } from '../support/run-cli.ts'
import { leftovers } from './support/calls.ts'
import { type ChatProject, chatProject } from './support/chat-project.ts'

const testbed = liveTestbed()
const chromium = optional('chromium')

interface Told {
  readonly id: string
  readonly status: string
  readonly found: string
  readonly why?: string
}

interface Mistake {
  readonly file: string
  /** What Google's backend service says once the manifest has its effect: affinity, timeout and draining in seconds. */
  readonly live: string
  readonly status: 'warn' | 'fail'
  readonly rules: readonly string[]
  /** Where clients suffer from it: the checks that see it, by what they say. */
  readonly felt?: Readonly<Record<string, RegExp>>
  /** Seconds that the silent socket is held. */
  readonly idle?: number
}

const astray = { 'in-session.with-cookie': /^fail .*RT008/ }
const cut = { 'idle.silent-socket': /^fail cut after (?:29|30).* RT003: a busy socket was cut too/ }

/** Those of apps in the wild, each alone: realtime apps that were put behind Google's load balancers by their authors. */
const ofIngress: readonly Mistake[] = [
  // What was in force stays: the first two come before any other.
  { file: 'config-that-is-not-there', live: 'GENERATED_COOKIE 86400 30', status: 'fail', rules: ['RT006'] },
  { file: 'refused-settings', live: 'GENERATED_COOKIE 86400 30', status: 'fail', rules: ['RT007'] },
  {
    file: 'config-of-another-port',
    live: 'NONE 30 0',
    status: 'fail',
    rules: ['RT006', 'RT002', 'RT008', 'RT027'],
    felt: astray,
  },
  {
    file: 'annotation-on-ingress',
    live: 'NONE 30 0',
    status: 'fail',
    rules: ['RT001', 'RT002', 'RT008'],
    felt: astray,
  },
  {
    file: 'no-timeout',
    live: 'GENERATED_COOKIE 30 30',
    status: 'fail',
    rules: ['RT002', 'RT004'],
    felt: cut,
    idle: 33,
  },
  { file: 'short-timeout', live: 'GENERATED_COOKIE 300 30', status: 'warn', rules: ['RT003'] },
  {
    file: 'affinity-of-the-service',
    live: 'NONE 86400 30',
    status: 'fail',
    rules: ['RT008', 'RT010'],
    felt: astray,
  },
  {
    file: 'affinity-by-address',
    live: 'CLIENT_IP 86400 30',
    status: 'warn',
    rules: ['RT011'],
    felt: { 'in-session.without-cookie': /^warn .*RT011/ },
  },
  { file: 'no-draining', live: 'GENERATED_COOKIE 86400 0', status: 'warn', rules: ['RT027'] },
  { file: 'draining-beyond-grace', live: 'GENERATED_COOKIE 86400 600', status: 'warn', rules: ['RT027'] },
  { file: 'public-service', live: 'GENERATED_COOKIE 86400 30', status: 'warn', rules: ['RT041'] },
]

const ofGateway: readonly Mistake[] = [
  {
    file: 'gateway-without-policies',
    live: 'NONE 30 0',
    status: 'fail',
    rules: ['RT002', 'RT008', 'RT018', 'RT027'],
    felt: astray,
  },
]

const settings = ['backendconfig', 'gcpbackendpolicy', 'healthcheckpolicy']

/** One cluster with the chat for all: first as `init` has it, then with one known mistake after the other. */
describe.skipIf(testbed === undefined)('the chat on Google Cloud', () => {
  let google: GoogleStandIn
  let project: ChatProject
  let url = ''

  beforeAll(async () => {
    google = await startGoogle(testbed ?? '')
    project = await chatProject(google)
  })
  afterAll(async () => {
    await project[Symbol.asyncDispose]()
    await google[Symbol.asyncDispose]()
  })

  async function live(): Promise<string[]> {
    const path = 'compute/v1/projects/testbed-project/global/backendServices'
    const headers = { authorization: 'Bearer testbed-access-token' }
    const { items = [] } = (await (await fetch(`${google.url}/${path}`, { headers })).json()) as {
      items?: {
        description?: string
        sessionAffinity?: string
        timeoutSec?: number
        connectionDraining?: { drainingTimeoutSec?: number }
      }[]
    }
    return items
      .filter(item => item.description?.includes(`"${project.namespace}/chat"`))
      .map(
        item =>
          `${item.sessionAffinity ?? 'NONE'} ${item.timeoutSec ?? 30} ${item.connectionDraining?.drainingTimeoutSec ?? 0}`,
      )
  }

  async function make(mistake: Pick<Mistake, 'file' | 'live'>): Promise<void> {
    const path = join(packageRoot, 'test/gke/fixtures/mistakes', `${mistake.file}.yaml`)
    const text = readFileSync(path, 'utf8')
    // As a release of ours does it: what the manifest no longer says is taken back.
    const apply = ['apply', '--server-side', '--field-manager', fieldManager, '--filename', '-']
    const applied = await project.kubectl(apply, text)
    expect([applied.exitCode, applied.stderr]).toEqual([0, expect.any(String)])
    const unsaid = settings.filter(kind => !text.toLowerCase().includes(`kind: ${kind}\n`))
    for (const kind of unsaid) await project.kubectl(['delete', kind, 'chat', '--ignore-not-found'])
    await expect.poll(live, { timeout: 60_000, interval: 500 }).toEqual([mistake.live])
  }

  async function expectTold(mistake: Mistake): Promise<void> {
    await make(mistake)
    const run = await project.run('verify', '--json', '--idle', String(mistake.idle ?? 1))
    const { checks, error } = JSON.parse(run.stdout) as { checks: Told[]; error?: unknown }
    expect(error).toBeUndefined()
    const told = (id: string) => {
      const check = checks.find(one => one.id === id)
      return `${check?.status} ${check?.found} ${check?.why}`
    }
    for (const rule of mistake.rules)
      expect(told('balancer.settings')).toMatch(new RegExp(`^${mistake.status} .*${rule}: `))
    for (const [id, words] of Object.entries(mistake.felt ?? {})) expect(told(id)).toMatch(words)
    const failed = checks.some(check => check.status === 'fail')
    expect([failed, run.exitCode]).toEqual(mistake.status === 'fail' ? [true, 5] : [false, 0])
  }

  it('goes from init to a green report with two commands', async () => {
    const made = await project.init('--entry', 'ingress')
    expect([made.exitCode, made.stderr]).toEqual([0, expect.any(String)])
    const up = await project.run('up', '--yes', '--json')
    const { error, checks, result } = JSON.parse(up.stdout)
    expect([up.exitCode, error]).toEqual([0, undefined])
    expect(checks.filter((check: Told) => check.status === 'fail')).toEqual([])
    url = result.url
  })

  it.skipIf(chromium === undefined)(
    'shows in a browser which replica one is on, the same after each reload',
    async () => {
      const browser = await startBrowser(chromium ?? '')
      try {
        const visitor = await visit(browser, url)
        const { page } = visitor
        await page.getByLabel('Your name').fill('Ada')
        await page.keyboard.press('Enter')
        await page.getByRole('log').waitFor()
        const badge = page.locator('.badge[data-state=ok] .replica', { hasText: /^chat-[0-9a-f]+-\w+$/ })
        const edge = async (selector: string) => {
          const box = await page.locator(selector).boundingBox()
          return (box?.x ?? 0) + (box?.width ?? 0)
        }
        const replica = async () => {
          await badge.waitFor()
          return badge.textContent()
        }
        const first = await replica()
        await write(visitor, 'good morning, load balancer')
        await page.locator('.message:not(.waiting) .text', { hasText: 'good morning' }).waitFor()
        for (let load = 0; load < 5; load += 1) {
          await page.reload()
          expect(await replica()).toBe(first)
        }
        await page.locator('.message .text', { hasText: 'good morning, load balancer' }).waitFor()
        const picture = process.env.RTDEPLOY_TEST_SCREENSHOT
        if (picture !== undefined) await page.screenshot({ path: picture })
        // What tells one pod from another is the end of its name.
        for (const width of [1_200, 390]) {
          await page.setViewportSize({ width, height: 760 })
          const [end, badgeEnd] = [await edge('.badge .replica :last-child'), await edge('.badge')]
          expect([width, end < badgeEnd]).toEqual([width, true])
        }
        if (picture !== undefined) await page.screenshot({ path: `${picture}.narrow.png` })
        expect(visitor.complaints).toEqual([])
      } finally {
        await browser.close()
      }
    },
  )

  it.each(ofIngress)('is told of $file behind an Ingress: $rules', expectTold)

  it('is told that the load balancer has no replica to send to, and why that may be', async () => {
    const nowhere = { file: 'health-check-of-no-page', live: 'GENERATED_COOKIE 86400 30' }
    await make(nowhere)
    await expect.poll(async () => (await fetch(url)).status, { timeout: 60_000 }).toBe(502)
    const run = await project.run('verify', '--json')
    const { error } = JSON.parse(run.stdout)
    expect([run.exitCode, error]).toEqual([
      3,
      expect.objectContaining({
        code: 'target.unhealthy',
        details: expect.arrayContaining([
          expect.stringContaining('RT017: the load balancer asks for /nowhere'),
        ]),
      }),
    ])
  })

  it('moves behind a Gateway', async () => {
    const made = await project.init('--entry', 'gateway', '--force')
    expect([made.exitCode, made.stderr]).toEqual([0, expect.any(String)])
    const up = await project.run('up', '--yes', '--no-verify', '--json')
    expect([up.exitCode, JSON.parse(up.stdout).error]).toEqual([0, undefined])
  })

  it.each(ofGateway)('is told of $file: $rules', expectTold)

  it('goes, and nothing is left', async () => {
    const down = await project.run('down', '--yes')
    expect([down.exitCode, down.stderr]).toEqual([0, expect.any(String)])
    expect(await leftovers(google)).toEqual([])
  })
})
