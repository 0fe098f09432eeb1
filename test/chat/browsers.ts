import { createRequire } from 'node:module'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

export interface Visitor {
  readonly page: Page
  /** Errors, and what the page's policy refused. */
  readonly complaints: string[]
  /** Addresses that were asked for. */
  readonly requests: string[]
}

/** Light, 1,200 wide, no animation; each visitor has cookies and storage of their own. */
const usual: BrowserContextOptions = {
  viewport: { width: 1_200, height: 760 },
  colorScheme: 'light',
  reducedMotion: 'reduce',
}

export function startBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox'] })
}

export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({ ...usual, ...options })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  const complaints: string[] = []
  const requests: string[] = []
  page.on('pageerror', error => complaints.push(String(error)))
  page.on('console', message => {
    // A connection that breaks is what several of the tests are about.
    if (message.type() === 'error' && !/ERR_|WebSocket|Failed to load resource/.test(message.text())) {
      complaints.push(message.text())
    }
  })
  page.on('request', request => requests.push(request.url()))
  await page.goto(url)
  return { page, complaints, requests }
}

/** Says a name and waits for the room. */
export async function enter({ page }: Visitor, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name)
  await page.keyboard.press('Enter')
  await page.getByRole('log').waitFor()
  await page
    .locator('.badge[data-state=ok] .replica', { hasText: /^chat-\d+$/ })
    .waitFor({ state: 'attached' })
}

export async function write({ page }: Visitor, text: string): Promise<void> {
  await page.locator('#composer').fill(text)
  await page.locator('#composer').press('Enter')
}

/** Waits until a message with this text is there. */
export async function sees({ page }: Visitor, text: string): Promise<void> {
  await page.locator('.message .text', { hasText: text }).first().waitFor()
}

/** What has the keyboard: its label, class or text. */
export function focused({ page }: Visitor): Promise<string> {
  const script = `(a => a.getAttribute('aria-label') ?? (a.className || a.textContent))(document.activeElement)`
  return page.evaluate<string>(script)
}

/** The messages in sight, top to bottom; those that wait to be sent are not among them. */
export function messages({ page }: Visitor): Promise<string[]> {
  return page.locator('.message:not(.waiting) .text').allInnerTexts()
}

/** Violations that axe-core calls serious or critical: rule and element. */
export async function seriousFindings({ page }: Visitor): Promise<string[]> {
  const path = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
  // Past the page's policy, which forbids scripts of others.
  await page.evaluate(await import('node:fs').then(({ readFileSync }) => readFileSync(path, 'utf8')))
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> }
    }
    const { violations } = await axe.run()
    const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    return bad.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`))
  })
}
