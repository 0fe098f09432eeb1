import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { messages, write } from '../chat/browsers.ts'
import { until } from '../support/until.ts'
import { chromiumPath, createRoom, stage } from './chat-stage.ts'

/** Takes every byte that the browser gives this page. */
const fillStorage = `for (const storage of [localStorage, sessionStorage])
  for (let text = 'x'.repeat(1 << 22), at = 0; text !== ''; at++)
    try { storage.setItem('filler' + at, text) } catch { text = text.slice(0, text.length >> 1) }`

describe.skipIf(chromiumPath === undefined)('several tabs, and a full storage', { timeout: 120_000 }, () => {
  const on = stage()
  const room = (page: Page, title: string) => page.locator('.rooms li', { hasText: title })
  /** Another tab of the same browser, in the room. */
  const another = async (page: Page, id: string) => {
    const tab = await page.context().newPage()
    await tab.goto(`${on.world.url}/r/${id}`)
    await tab.locator('.badge[data-state=ok]').waitFor()
    return { page: tab, complaints: [], requests: [] }
  }

  it('keep one another’s rooms, the private one among them', async () => {
    const ada = await on.come('Ada')
    const other = await another(ada.page, 'lobby')
    await createRoom(ada, 'Birthday surprise', true)
    await createRoom(other, 'Somewhere else')
    for (const { page } of [ada, other]) {
      await page.goto(`${on.world.url}/r/lobby`)
      for (const title of ['Lobby', 'Birthday surprise', 'Somewhere else'])
        await room(page, title)
          .getByRole('button', { name: `Leave ${title}` })
          .waitFor()
    }
    await room(ada.page, 'Somewhere else').hover()
    await ada.page.getByRole('button', { name: 'Leave Somewhere else' }).click()
    await createRoom(other, 'And elsewhere')
    await ada.page.reload()
    await room(ada.page, 'And elsewhere').waitFor()
    await room(ada.page, 'Birthday surprise').waitFor()
    expect(await ada.page.getByRole('button', { name: 'Leave Somewhere else' }).count()).toBe(0)
  })

  it('each keep what is half written when the other one sends something', async () => {
    const id = await on.newRoom()
    const ada = await on.come('Ada', id)
    const before = await another(ada.page, id)
    await ada.page.locator('#composer').fill('half a thought')
    const after = await another(ada.page, id)
    for (const tab of [before, after]) await write(tab, 'ok')
    await until('both are stored', async () => (await messages(ada)).join() === 'ok,ok')
    await ada.page.reload()
    await ada.page.getByRole('log').waitFor()
    expect(await ada.page.locator('#composer').inputValue()).toBe('half a thought')
  })

  it('stop nobody from entering and leaving rooms, or lose a draft on the way, when nothing more fits in', async () => {
    const ada = await on.come('Ada')
    const { page } = ada
    await page.evaluate(fillStorage)
    await page.locator('#composer').fill('for the lobby')
    await createRoom(ada, 'No place')
    await page.goBack()
    await page.getByRole('heading', { name: 'Lobby' }).waitFor()
    expect(await page.locator('#composer').inputValue()).toBe('for the lobby')
    await room(page, 'No place').locator('a').click()
    await page.getByRole('heading', { name: 'No place', level: 1 }).waitFor()
    await page.getByRole('button', { name: 'Leave No place' }).click()
    await page.getByRole('heading', { name: 'Lobby' }).waitFor()
    expect(await page.locator('#composer').inputValue()).toBe('for the lobby')
  })
})
