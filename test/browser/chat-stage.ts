import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { enter, startBrowser, type Visitor, visit } from '../chat/browsers.ts'
import { type ChatWorld, type ChatWorldOptions, chatWorld } from '../chat/chat-world.ts'
import { talker } from '../chat/talker.ts'
import { optional } from '../support/needs.ts'

/** Absent where there is no Chromium. */
export const chromiumPath = optional('chromium')

export interface Stage {
  readonly world: ChatWorld
  readonly browser: Browser
  /** Somebody in a room, in a browser context of their own that ends with the test. */
  come(name: string, room?: string, options?: BrowserContextOptions): Promise<Visitor>
  /** A room of this test alone; resolves with its id. */
  newRoom(): Promise<string>
}

/**
 * Three replicas behind the front door and a browser for the tests of one file. After each test the visitors leave, and
 * none of their pages may have had an error, broken its own policy or asked another host.
 */
export function stage(options: ChatWorldOptions = {}): Stage {
  const visitors: Visitor[] = []
  let world: ChatWorld | undefined
  let browser: Browser | undefined
  let rooms = 0
  beforeAll(async () => {
    world = await chatWorld(options)
    browser = await startBrowser(chromiumPath ?? '')
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await world?.close()
  }, 60_000)
  afterEach(async () => {
    const left = visitors.splice(0)
    for (const { page } of left) await page.context().close()
    const hosts = left.flatMap(({ requests }) => requests.map(request => new URL(request).host))
    expect(left.flatMap(({ complaints }) => complaints)).toEqual([])
    expect(hosts.filter(host => host !== new URL(world!.url).host)).toEqual([])
  })
  return {
    get world() {
      return world!
    },
    get browser() {
      return browser!
    },
    come: async (name, room = 'lobby', contextOptions = {}) => {
      const visitor = await visit(browser!, `${world!.url}/r/${encodeURIComponent(room)}`, contextOptions)
      visitors.push(visitor)
      await enter(visitor, name)
      return visitor
    },
    newRoom: async () => {
      const maker = await talker(world!.url, 'Maker', 'lobby', ['websocket'])
      const reply = await maker.ask('room:create', {
        title: `Stage ${Date.now()} ${++rooms}`,
        private: false,
      })
      maker.close()
      return (reply.room as { id: string }).id
    },
  }
}

/** Makes a room and enters it; resolves with the part of the address that names it. */
export async function createRoom({ page }: Visitor, title: string, hidden = false): Promise<string> {
  await page.getByRole('button', { name: 'New room' }).click()
  await page.getByLabel('Title').fill(title)
  if (hidden) await page.getByLabel(/Private/).check()
  await page.getByRole('button', { name: 'Create room' }).click()
  await page.getByRole('heading', { name: title, level: 1 }).waitFor()
  await page.getByRole('log').waitFor()
  return decodeURIComponent(new URL(page.url()).pathname.slice('/r/'.length))
}

export async function replicaOf({ page }: Visitor): Promise<string> {
  return (await page.locator('.badge[data-state=ok] .replica').textContent()) ?? ''
}
