import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { renderHtml } from '../../src/report/html.ts'
import { judge } from '../../src/verify/judge.ts'
import { optional } from '../support/needs.ts'
import { temporaryFolder } from '../support/run-cli.ts'
import { astray, observations, sessions, withSessions } from '../support/socketio-observations.ts'

const executablePath = optional('chromium') ?? ''
const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

interface AxeResult {
  readonly violations: readonly {
    readonly id: string
    readonly nodes: readonly { readonly html: string }[]
  }[]
}

const hostile = '<img src=x onerror=alert(1)>'.repeat(3)
const lost = observations({
  sessions: withSessions(
    sessions('in-session.with-cookie', ['chat-0', undefined, hostile], astray),
    sessions('spread', ['chat-0', 'chat-1', 'chat-2', 'chat-3', 'chat-4', 'chat-5', 'chat-6', hostile]),
  ),
})

describe.skipIf(executablePath === '')('the page in a browser', () => {
  it('is accessible, loads nothing and fits a phone, in light and dark', { timeout: 120_000 }, async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'report.html')
    const checks = judge(lost)
    const report = {
      schemaVersion: 1,
      verb: 'verify',
      outcome: 'unhealthy',
      steps: [],
      checks,
      next: [],
      tookMs: 1,
    } as const
    await writeFile(path, renderHtml(report, lost, { at: 0, version: '0.0.0' }))
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
    try {
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const width of [1200, 360]) {
          // Only the test's own axe needs to run where the page allows no scripts.
          const page = await browser.newPage({
            colorScheme,
            viewport: { width, height: 800 },
            bypassCSP: true,
          })
          const loaded: string[] = []
          page.on('request', request => loaded.push(request.url()))
          await page.goto(pathToFileURL(path).href)
          expect(loaded).toEqual([pathToFileURL(path).href])
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
          expect(await page.evaluate('document.querySelectorAll("img, script").length')).toBe(0)
          await page.locator('summary').click()
          await page.addScriptTag({ path: axePath })
          const { violations } = (await page.evaluate('axe.run()')) as AxeResult
          expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
          await page.close()
        }
      }
    } finally {
      await browser.close()
    }
  })
})
