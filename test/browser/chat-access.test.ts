import { describe, expect, it } from 'vitest'
import { focused, messages, sees, seriousFindings, type Visitor, visit, write } from '../chat/browsers.ts'
import { until } from '../support/until.ts'
import { chromiumPath, stage } from './chat-stage.ts'

const phone = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true }
const longWord = 'https://example.com/'.padEnd(300, 'averylongaddress')

describe.skipIf(chromiumPath === undefined)('the page for everybody', { timeout: 120_000 }, () => {
  const on = stage()
  const wide = ({ page }: Visitor) =>
    page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth')

  it('never scrolls sideways: long words and names, a banner, panels, a dialog, 320 to 2,000 pixels', async () => {
    const room = await on.newRoom()
    const ada = await on.come('W'.repeat(40), room, phone)
    await write(ada, longWord)
    await sees(ada, longWord)
    // What is shown is not yet sent, and would wait, too.
    await until('it is stored', async () => (await ada.page.locator('.message.waiting').count()) === 0)
    await ada.page.context().setOffline(true)
    await ada.page.getByText('Reconnecting').waitFor()
    await write(ada, `${longWord}/waiting`)
    await ada.page.locator('.message.waiting').waitFor()
    for (const width of [320, 360, 719, 721, 999, 1_001, 2_000]) {
      await ada.page.setViewportSize({ width, height: 640 })
      expect([width, await wide(ada)]).toEqual([width, false])
    }
    await ada.page.setViewportSize({ width: 320, height: 568 })
    for (const open of ['.menu', '.people-button']) {
      await ada.page.locator(open).click()
      expect([open, await wide(ada)]).toEqual([open, false])
      await ada.page.keyboard.press('Escape')
    }
    await ada.page.locator('.menu').click()
    await ada.page.getByRole('button', { name: 'New room' }).click()
    expect(await wide(ada)).toBe(false)
  })

  it('says what comes in to who listens, once, and not what one wrote oneself', async () => {
    const room = await on.newRoom()
    const [ada, grace] = [await on.come('Ada', room), await on.come('Grace', room)]
    const live = ada.page.locator('.hidden[aria-live="polite"]')
    await write(ada, 'my own words')
    await sees(grace, 'my own words')
    await write(grace, 'words for Ada')
    await until('it is said', async () => (await live.textContent()) === 'Grace: words for Ada')
    expect(await ada.page.locator('[role=log]').getAttribute('aria-live')).toBe('off')
  })

  it('says how much was missed to who listens and comes back, and not its last line alone', async () => {
    const room = await on.newRoom()
    const [ada, grace] = [await on.come('Ada', room), await on.come('Grace', room)]
    await ada.page.context().setOffline(true)
    await ada.page.getByText('Reconnecting').waitFor()
    for (let at = 1; at <= 5; at++) await write(grace, `missed ${at}`)
    await until('all are stored', async () => (await messages(grace)).length === 5)
    await ada.page.context().setOffline(false)
    const heard = ada.page.locator('.hidden[aria-live="polite"] p')
    await until('it is said', async () => (await heard.count()) > 0)
    expect(await heard.allTextContents()).toEqual(
      [1, 2, 3].map(at => `Grace: missed ${at}`).concat('and 2 more'),
    )
  })

  it('leaves the focus where it is while people come and go', async () => {
    const room = await on.newRoom()
    const ada = await on.come('Ada', room)
    const mine = ada.page.locator('.rooms li', { has: ada.page.locator(`a[data-room="${room}"]`) })
    const leave = mine.getByRole('button', { name: /^Leave Stage/ })
    await leave.focus()
    const label = await leave.getAttribute('aria-label')
    await on.come('Grace', room)
    await mine.locator('.people', { hasText: '2' }).waitFor()
    expect(await focused(ada)).toBe(label)
  })

  it('has a first stop that leads to the message field, and the rest in reading order', async () => {
    const { page } = await on.come('Ada', await on.newRoom())
    const first = `document.querySelector('#app :is(a, button, input, textarea)')`
    expect(await page.evaluate(`${first}.className`)).toBe('skip')
    await page.evaluate(`${first}.focus()`)
    await page.keyboard.press('Enter')
    await until(
      'the field has the focus',
      async () => (await page.evaluate('document.activeElement.id')) === 'composer',
    )
    await page.evaluate('document.querySelector(".skip").focus()')
    const order: string[] = []
    for (let at = 0; at < 12; at++) {
      await page.keyboard.press('Tab')
      order.push(
        await page.evaluate<string>(
          'document.activeElement.closest("nav, header, .messages, form")?.tagName ?? ""',
        ),
      )
    }
    const parts = order.filter((part, at) => part !== order[at - 1])
    expect(parts.slice(0, 4)).toEqual(['NAV', 'HEADER', 'DIV', 'FORM'])
  })

  it('does everything with a message by keyboard: finds it, edits it, deletes it, and comes back', async () => {
    const ada = await on.come('Ada', await on.newRoom())
    const { page } = ada
    for (const text of ['one', 'two', 'three']) await write(ada, text)
    await until('all are stored', async () => (await messages(ada)).length === 3)
    await page.keyboard.press('Shift+Tab')
    await until('on the messages', async () => (await focused(ada)) === 'Messages')
    for (let at = 0; at < 2; at++) await page.keyboard.press('ArrowUp')
    expect(await page.evaluate('document.activeElement.innerText')).toContain('two')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    expect(await focused(ada)).toBe('Delete message')
    await page.keyboard.press('Enter')
    await until('it is deleted', async () => (await messages(ada))[1] === 'This message was deleted.')
    await page.locator('#composer').focus()
    await page.keyboard.type('and on it goes')
    await page.keyboard.press('Enter')
    await until('sent', async () => (await messages(ada)).at(-1) === 'and on it goes')
  })

  it.each(['light', 'dark'] as const)(
    'has no serious finding of axe-core in any state, %s',
    async colorScheme => {
      const room = await on.newRoom()
      const ada = await on.come('Ada Lovelace', room, { colorScheme })
      const grace = await on.come('Grace Hopper', room, { colorScheme, ...phone })
      const findings: Record<string, string[]> = {}
      const look = async (state: string, visitor: Visitor) => {
        findings[state] = await seriousFindings(visitor)
      }
      await ada.page.locator('.intro').waitFor()
      await look('an empty room', ada)
      await write(ada, 'See https://example.com')
      await sees(grace, 'See')
      await grace.page.locator('#composer').pressSequentially('I a')
      await ada.page.getByText('is typing').waitFor()
      await ada.page.locator('.message').hover()
      await look('a message in hand, somebody typing', ada)
      await ada.page.locator('#composer').press('ArrowUp')
      await look('editing', ada)
      await grace.page.locator('.menu').click()
      await look('the rooms on a phone', grace)
      await grace.page.keyboard.press('Escape')
      await grace.page.locator('.people-button').click()
      await look('the people on a phone', grace)
      await ada.page.keyboard.press('Escape')
      await ada.page.context().setOffline(true)
      await ada.page.getByText('Reconnecting').waitFor()
      await write(ada, 'waiting')
      await look('offline', ada)
      const left = {
        id: 'not an id',
        room,
        kind: 'send',
        text: 'from long ago',
        at: 1,
        state: 'failed',
        note: 'Too long',
      }
      await ada.page.evaluate(`localStorage.setItem('out:x', ${JSON.stringify(JSON.stringify(left))})`)
      await ada.page.context().setOffline(false)
      await ada.page.reload()
      await ada.page.locator('.message.failed').waitFor()
      await look('a failed message', ada)
      await ada.page.goto(`${on.world.url}/r/nowhere`)
      await ada.page.getByText('There is no room').waitFor()
      await look('no such room', ada)
      expect(Object.entries(findings).filter(([, found]) => found.length > 0)).toEqual([])
    },
  )

  it('stands still for who asked for less motion', async () => {
    const guest = await visit(on.browser, on.world.url, { reducedMotion: 'reduce' })
    const running = 'document.getAnimations().length'
    expect(await guest.page.evaluate(running)).toBe(0)
    await guest.page.context().setOffline(true)
    expect(await guest.page.evaluate(running)).toBe(0)
    await guest.page.context().close()
  })
})
