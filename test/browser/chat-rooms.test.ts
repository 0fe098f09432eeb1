import { describe, expect, it } from 'vitest'
import { messages, sees, write } from '../chat/browsers.ts'
import { until } from '../support/until.ts'
import { chromiumPath, createRoom, stage } from './chat-stage.ts'

describe.skipIf(chromiumPath === undefined)('rooms in the browser', { timeout: 120_000 }, () => {
  const on = stage()

  it('lists public rooms with people in them, and shows a private one to who has the link only', async () => {
    const ada = await on.come('Ada')
    await createRoom(ada, 'Town square')
    const hidden = await createRoom(ada, 'Birthday surprise', true)
    // 128 random bits.
    expect(hidden).toMatch(/^p-[\w-]{22}$/)
    const grace = await on.come('Grace')
    const listed = grace.page.locator('.rooms li', { hasText: 'Town square' })
    await listed.waitFor()
    expect(await listed.locator('.people').innerText()).toMatch(/^1/)
    expect(await grace.page.getByText('Birthday surprise').count()).toBe(0)
    await grace.page.goto(`${on.world.url}/r/${hidden}`)
    await grace.page.getByRole('heading', { name: 'Birthday surprise' }).waitFor()
    const there = ada.page.locator('.people-list li', { hasText: 'Grace' })
    await there.waitFor()
    await grace.page.locator('.rooms li', { hasText: 'Birthday surprise' }).hover()
    await grace.page.getByRole('button', { name: 'Leave Birthday surprise' }).click()
    await there.waitFor({ state: 'detached' })
    await grace.page.getByRole('heading', { name: 'Lobby' }).waitFor()
    await grace.page.reload()
    await grace.page.locator('.rooms li', { hasText: 'Lobby' }).waitFor()
    expect(await grace.page.getByText('Birthday surprise').count()).toBe(0)
  })

  it('writes the day in the middle of its line', async () => {
    const ada = await on.come('Ada', await on.newRoom())
    const { page } = ada
    await write(ada, 'the first of the day')
    const [word, line] = await Promise.all([
      page.locator('.day span').boundingBox(),
      page.locator('.day').boundingBox(),
    ])
    const middle = (box: typeof word) => (box === null ? Number.NaN : box.x + box.width / 2)
    expect(middle(word)).toBeCloseTo(middle(line), 0)
  })

  it('says that there is no such room, and which names cannot be', async () => {
    const { page } = await on.come('Ada')
    await page.goto(`${on.world.url}/r/nowhere`)
    await page.getByText('There is no room “nowhere”').waitFor()
    await page.getByRole('button', { name: 'New room' }).click()
    await page.getByLabel('Title').fill('???')
    await page.getByRole('button', { name: 'Create room' }).click()
    await page.getByText('use some letters or digits').waitFor()
    await page.getByLabel('Title').fill('Lobby')
    await page.getByRole('button', { name: 'Create room' }).click()
    await page.getByText('There is a room with this name').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  it('takes a link with a capital letter, and keeps no room that cannot be', async () => {
    const { page } = await on.come('Ada', 'Lobby')
    await page.getByRole('heading', { name: 'Lobby', level: 1 }).waitFor()
    await page.locator('.people-list li', { hasText: 'Ada' }).waitFor()
    const kept = () => page.evaluate<string>(`localStorage.getItem('rooms')`)
    expect(await kept()).toBe('["lobby"]')
    await page.goto(`${on.world.url}/r/-odd-`)
    await page.getByText('There is no room “-odd-”').waitFor()
    await until('it is not kept', async () => (await kept()) === '["lobby"]')
    expect(await page.locator('.rooms li', { hasText: 'odd' }).count()).toBe(0)
  })

  it('goes back and forth between rooms by the browser’s own buttons, each with its own draft', async () => {
    const ada = await on.come('Ada')
    const { page } = ada
    await page.locator('#composer').fill('for the lobby')
    await createRoom(ada, 'Side room')
    expect(await page.locator('#composer').inputValue()).toBe('')
    await page.locator('#composer').fill('for the side room')
    await page.goBack()
    await page.getByRole('heading', { name: 'Lobby' }).waitFor()
    await until(
      'the draft is back',
      async () => (await page.locator('#composer').inputValue()) === 'for the lobby',
    )
    await page.goForward()
    await page.getByRole('heading', { name: 'Side room' }).waitFor()
    await until(
      'the other too',
      async () => (await page.locator('#composer').inputValue()) === 'for the side room',
    )
  })

  it('copies the link, and who opens it is in the room after saying a name', async () => {
    const ada = await on.come('Ada')
    const room = await createRoom(ada, 'Über uns & Co')
    await ada.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await ada.page.getByRole('button', { name: 'Copy the link' }).first().click()
    await ada.page.locator('.toast', { hasText: 'Link copied' }).waitFor()
    expect(decodeURI(await ada.page.evaluate('navigator.clipboard.readText()'))).toBe(
      `${on.world.url}/r/${room}`,
    )
    const grace = await on.come('Grace', room)
    await grace.page.getByRole('heading', { name: 'Über uns & Co' }).waitFor()
  })

  it('changes a name for what is said from then on, and stays the same person', async () => {
    const room = await on.newRoom()
    const [ada, grace] = [await on.come('Ada', room), await on.come('Grace', room)]
    await write(ada, 'under my old name')
    await ada.page.getByRole('button', { name: /change your name/i }).click()
    await ada.page.getByLabel('Your name').fill('Ada Lovelace')
    await ada.page.keyboard.press('Enter')
    await ada.page.getByRole('button', { name: /^(You are )?Ada Lovelace/ }).waitFor()
    await write(ada, 'under my new name')
    await sees(grace, 'under my new name')
    const names = grace.page.locator('.message .name')
    expect(await names.allInnerTexts()).toContain('Ada Lovelace')
    await until('one person with the new name', async () => {
      const people = await grace.page.locator('.people-list .title').allInnerTexts()
      return people.sort().join() === 'Ada Lovelace,Grace'
    })
    await ada.page.locator('.message', { hasText: 'under my old name' }).hover()
    // It is still hers to change.
    await ada.page.locator('.message', { hasText: 'under my old name' }).getByLabel('Edit message').click()
    await write(ada, 'under the name I had')
    await until('changed', async () => (await messages(grace))[0] === 'under the name I had (edited)')
  })

  it('keeps the name in a cookie that scripts cannot read', async () => {
    const ada = await on.come('Ada')
    const cookies = await ada.page.context().cookies()
    expect(cookies.find(({ name }) => name === 'chat_session')).toMatchObject({
      httpOnly: true,
      sameSite: 'Lax',
      path: '/',
    })
    expect(await ada.page.evaluate('document.cookie')).not.toContain('chat_session')
  })
})
