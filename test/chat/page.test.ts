import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { optional } from '../support/needs.ts'
import { until } from '../support/until.ts'
import {
  enter,
  focused,
  messages,
  sees,
  seriousFindings,
  startBrowser,
  type Visitor,
  visit,
  write,
} from './browsers.ts'
import { type ChatWorld, chatWorld } from './chat-world.ts'
import { say, talker } from './talker.ts'

const chromium = optional('chromium')
/** A place for pictures of the page, for somebody to look at: RTDEPLOY_TEST_PICTURES=/some/folder. */
const pictures = process.env.RTDEPLOY_TEST_PICTURES

describe.skipIf(chromium === undefined)('the page of the chat', () => {
  let world: ChatWorld
  let browser: Browser
  const visitors: Visitor[] = []
  beforeAll(async () => {
    world = await chatWorld({ env: { EVENTS_PER_SECOND: '100000', EVENT_BURST: '100000' } })
    browser = await startBrowser(chromium!)
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await world?.close()
  })
  afterEach(async () => {
    for (const { page, complaints } of visitors.splice(0)) {
      await page.context().close()
      expect(complaints).toEqual([])
    }
  })
  let rooms = 0
  /** Somebody in a room of this test alone. */
  const come = async (name: string, options = {}, room = `lobby`) => {
    const visitor = await visit(browser, `${world.url}/r/${room}`, options)
    visitors.push(visitor)
    await enter(visitor, name)
    return visitor
  }
  const newRoom = async () => {
    const maker = await talker(world.url, 'Maker', 'lobby', ['websocket'])
    const reply = await maker.ask('room:create', { title: `Room ${Date.now()} ${++rooms}`, private: false })
    maker.close()
    return (reply.room as { id: string }).id
  }
  const picture = async ({ page }: Visitor, name: string) => {
    if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name}.png` })
  }

  it('shows three people on three replicas the same conversation', async () => {
    const room = await newRoom()
    const all = await Promise.all([
      come('Ada Lovelace', {}, room),
      come('Grace Hopper', { colorScheme: 'dark' }, room),
      come('Alan Turing', { viewport: { width: 390, height: 780 } }, room),
    ])
    for (let round = 0; round < 3; round++) {
      await Promise.all(all.map((visitor, at) => write(visitor, `round ${round} of ${at}`)))
    }
    await until('all have all', async () =>
      (await Promise.all(all.map(messages))).every(texts => texts.length === 9),
    )
    const [first, ...others] = await Promise.all(all.map(messages))
    for (const texts of others) expect(texts).toEqual(first)
    const [ada, grace] = all as [Visitor, Visitor, Visitor]
    await ada.page.locator('.people-list li').nth(2).waitFor()
    await grace.page.locator('#composer').pressSequentially('I am')
    await ada.page.getByText('Grace Hopper is typing').waitFor()
    const replicas = await Promise.all(all.map(({ page }) => page.locator('.badge .replica').textContent()))
    expect(replicas.sort()).toEqual(['chat-0', 'chat-1', 'chat-2'])
    for (const [at, visitor] of all.entries()) await picture(visitor, `three-${at}`)
  })

  it('changes and deletes own messages for everybody, and only own ones', async () => {
    const room = await newRoom()
    const [ada, grace] = await Promise.all([come('Ada', {}, room), come('Grace', {}, room)])
    await write(ada, 'a tpyo')
    await write(ada, 'a mistake')
    await sees(grace, 'a mistake')
    expect(await grace.page.locator('.tools').count()).toBe(0)
    await ada.page.locator('#composer').press('ArrowUp')
    await ada.page.locator('#composer').press('Escape')
    const first = ada.page.locator('.message', { hasText: 'a tpyo' })
    await first.hover()
    await first.getByLabel('Edit message').click()
    await write(ada, 'a typo')
    const second = ada.page.locator('.message', { hasText: 'a mistake' })
    await second.hover()
    await second.getByLabel('Delete message').click()
    await sees(grace, 'This message was deleted.')
    await until('changed', async () => (await messages(grace))[0] === 'a typo (edited)')
    await grace.page.reload()
    await until(
      'still so',
      async () => (await messages(grace)).join() === 'a typo (edited),This message was deleted.',
    )
  })

  it('shows what people write as text, links only where they are safe, and asks nobody else', async () => {
    const room = await newRoom()
    const ada = await come('<b>Ada</b>', {}, room)
    const nasty =
      '<img src=x onerror=alert(1)> javascript:alert(1) http://a.example/?q=<script> see https://b.example/x_(y).'
    await write(ada, nasty)
    await until('shown', async () => (await messages(ada))[0] === nasty)
    const links = await ada.page
      .locator('.text a')
      .evaluateAll(all => all.map(link => link.getAttribute('href')))
    expect(links).toEqual(['http://a.example/?q=', 'https://b.example/x_(y)'])
    expect(await ada.page.locator('.text img, .name b').count()).toBe(0)
    for (const request of ada.requests) expect(new URL(request).host).toBe(new URL(world.url).host)
  })

  it('keeps a draft and what waits to be sent over a reload and a time without a connection', async () => {
    const room = await newRoom()
    const [ada, grace] = await Promise.all([come('Ada', {}, room), come('Grace', {}, room)])
    await ada.page.context().setOffline(true)
    await ada.page.getByText('Reconnecting').waitFor()
    await write(ada, 'written in a tunnel')
    await ada.page.getByText('Waiting to be sent').waitFor()
    await ada.page.getByText('1 message will be sent then').waitFor()
    await picture(ada, 'offline')
    await ada.page.locator('#composer').fill('half a thou')
    await ada.page.context().setOffline(false)
    await sees(grace, 'written in a tunnel')
    await ada.page.reload()
    await ada.page.getByRole('log').waitFor()
    expect(await ada.page.locator('#composer').inputValue()).toBe('half a thou')
    await ada.page.context().setOffline(true)
    await ada.page.getByText('Reconnecting').waitFor()
    await write(ada, 'and reloaded')
    await ada.page.context().setOffline(false)
    await ada.page.reload()
    await sees(grace, 'and reloaded')
    expect(await messages(grace)).toEqual(['written in a tunnel', 'and reloaded'])
  })

  it('goes on with another replica when the one below it is killed', async () => {
    const room = await newRoom()
    const [ada, grace] = await Promise.all([come('Ada', {}, room), come('Grace', {}, room)])
    const replica = (await ada.page.locator('.badge .replica').textContent())!
    await write(ada, 'before')
    await sees(grace, 'before')
    await world.stop(replica, 'SIGKILL')
    await write(ada, 'while it is dead')
    await write(grace, 'and another')
    await until('both have all', async () =>
      (await Promise.all([ada, grace].map(messages))).every(texts => texts.length === 3),
    )
    await until('it says where it is now', async () => {
      const now = await ada.page.locator('.badge[data-state=ok] .replica').textContent()
      return now !== replica
    })
    expect(await messages(ada)).toEqual(await messages(grace))
    await world.start(replica)
  })

  it('counts what is unread, in the tab and in the list of rooms', async () => {
    const room = await newRoom()
    const ada = await come('Ada', {}, room)
    await ada.page.locator('.rooms').getByText('Lobby').click()
    await ada.page.getByRole('heading', { name: 'Lobby' }).waitFor()
    const grace = await come('Grace', {}, room)
    await write(grace, 'one')
    await write(grace, 'two')
    await until('two are unread', async () => (await ada.page.title()).startsWith('(2) '))
    await ada.page.locator('.unread').getByText('2').waitFor()
    await ada.page.locator('.room.has-unread').click()
    await until('none is unread', async () => !(await ada.page.title()).startsWith('('))
  })

  it('can be used without a mouse', async () => {
    const ada = await visit(browser, world.url)
    visitors.push(ada)
    const { page } = ada
    await page.getByLabel('Your name').waitFor()
    await page.keyboard.type('Ada')
    await page.keyboard.press('Enter')
    await page.getByRole('log').waitFor()
    await until('the field has the focus', async () => (await focused(ada)) === 'Message')
    await page.keyboard.type('by keyboard')
    await page.keyboard.press('Enter')
    await until('sent', async () => (await messages(ada)).includes('by keyboard'))
    await page.keyboard.press('ArrowUp')
    await page.getByText('Editing your message').waitFor()
    await page.keyboard.type('!')
    await page.keyboard.press('Enter')
    await until('changed', async () => (await messages(ada)).includes('by keyboard! (edited)'))
    await page.keyboard.press('Shift+Tab')
    await until('on the messages', async () => (await focused(ada)) === 'Messages')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Tab')
    expect(await focused(ada)).toBe('Edit message')
    await page.reload()
    await page.getByRole('log').waitFor()
    await page.locator('.side-head button').focus()
    await page.keyboard.press('Enter')
    await page.keyboard.type(`Keys ${Date.now()}`)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/r\/p-[\w-]{22}$/)
    await picture(ada, 'private-room')
  })

  it('fits a phone', async () => {
    const { page } = await come('Ada', {
      viewport: { width: 360, height: 640 },
      hasTouch: true,
      isMobile: true,
    })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    await page.getByRole('button', { name: 'Rooms' }).click()
    await page.locator('.sidebar').getByText('Lobby').waitFor()
    await picture({ page, complaints: [], requests: [] }, 'phone-rooms')
    await page.locator('.sidebar').getByText('Lobby').click()
    await page.locator('.people-button').click()
    await page.locator('.people-list').getByText('Ada').waitFor()
    await page.keyboard.press('Escape')
    await write({ page, complaints: [], requests: [] }, 'from a phone')
    await sees({ page, complaints: [], requests: [] }, 'from a phone')
  })

  it.each(['light', 'dark'] as const)('has no serious finding of axe-core, %s', async colorScheme => {
    const visitor = await visit(browser, world.url, { colorScheme })
    visitors.push(visitor)
    await visitor.page.getByLabel('Your name').waitFor()
    await picture(visitor, `welcome-${colorScheme}`)
    expect(await seriousFindings(visitor)).toEqual([])
    await enter(visitor, 'Ada Lovelace')
    await write(visitor, 'See https://example.com')
    await visitor.page.locator('.text a').first().waitFor()
    expect(await seriousFindings(visitor)).toEqual([])
    await visitor.page.getByRole('button', { name: 'New room' }).click()
    await picture(visitor, `dialog-${colorScheme}`)
    expect(await seriousFindings(visitor)).toEqual([])
  })

  it('holds 10,000 messages and keeps only some of them in the page', async () => {
    const room = await newRoom()
    const writer = await talker(world.url, 'Writer', room, ['websocket'])
    for (let at = 0; at < 10_000; at += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, more) => say(writer, room, `message ${at + more}`)))
    }
    const ada = await come('Ada', {}, room)
    await until('the newest are there', async () => (await messages(ada)).includes('message 9999'))
    const scroll = ada.page.locator('.scroll')
    const oldest = async () =>
      Math.min(...(await messages(ada)).map(text => Number(text.replace('message ', ''))))
    for (let from = await oldest(); from > 9_000; ) {
      await scroll.evaluate(element => element.scrollTo(0, 0))
      const before = from
      await until('older ones come', async () => (await oldest()) < before)
      from = await oldest()
      expect(await ada.page.locator('.message').count()).toBeLessThanOrEqual(420)
    }
    await say(writer, room, 'meanwhile below')
    await ada.page.getByRole('button', { name: /new message/ }).click()
    await sees(ada, 'meanwhile below')
    const below = () =>
      scroll.evaluate(element => element.scrollHeight - element.scrollTop - element.clientHeight)
    await until('at the end', async () => (await below()) < 5)
    writer.close()
  }, 120_000)

  it('loads with at most 60 kB of compressed JavaScript', async () => {
    const html = await (await fetch(world.url)).text()
    const scripts = [...html.matchAll(/src="([^"]+\.js)"/g)].map(([, path]) => path!)
    expect(scripts.length).toBeGreaterThan(0)
    let bytes = 0
    for (const path of scripts) {
      const { headers } = await fetch(`${world.url}${path}`, { headers: { 'accept-encoding': 'br' } })
      expect(headers.get('content-encoding')).toBe('br')
      expect(headers.get('cache-control')).toContain('immutable')
      bytes += Number(headers.get('content-length'))
    }
    expect(bytes).toBeLessThanOrEqual(60_000)
  })
})
