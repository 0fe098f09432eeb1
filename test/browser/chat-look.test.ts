import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { sees, type Visitor, visit, write } from '../chat/browsers.ts'
import { chromiumPath, createRoom, stage } from './chat-stage.ts'

/** Pictures to be looked at by people: RTDEPLOY_TEST_PICTURES=/some/folder npx vitest run test/browser/chat-look */
const folder = process.env.RTDEPLOY_TEST_PICTURES ?? ''
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

describe.skipIf(chromiumPath === undefined || folder === '')('pictures', { timeout: 120_000 }, () => {
  const on = stage()
  const shoot = ({ page }: Pick<Visitor, 'page'>, name: string) =>
    page.screenshot({ path: join(folder, `${name}.png`) })

  it.each(['light', 'dark'] as const)('takes the first visit and what is empty, %s', async colorScheme => {
    mkdirSync(folder, { recursive: true })
    const guest = await visit(on.browser, on.world.url, { colorScheme })
    await guest.page.getByLabel('Your name').waitFor()
    await shoot(guest, `welcome-${colorScheme}`)
    await guest.page.context().close()
    const ada = await on.come('Ada Lovelace', await on.newRoom(), { colorScheme })
    await ada.page.locator('.intro').waitFor()
    await shoot(ada, `empty-${colorScheme}`)
    await ada.page.getByRole('button', { name: 'New room' }).click()
    await shoot(ada, `new-room-${colorScheme}`)
    await ada.page.keyboard.press('Escape')
    await ada.page.goto(`${on.world.url}/r/no-such-room`)
    await ada.page.getByText('There is no room').waitFor()
    await shoot(ada, `missing-${colorScheme}`)
  })

  it('takes a conversation of three, one of them on a phone', async () => {
    const ada = await on.come('Ada Lovelace')
    const grace = await on.come('Grace Hopper', 'lobby', { colorScheme: 'dark' })
    const linus = await on.come('Linus', 'lobby', phone)
    for (const title of ['Weekend plans', 'Release 2.0', 'Öffentliche Räume']) await createRoom(ada, title)
    await ada.page.locator('a[data-room=lobby]').click()
    const talk: [Visitor, string][] = [
      [ada, 'Morning! The release notes are up: https://example.com/notes/2.0 (draft).'],
      [ada, 'Anyone around to read them before we ship?'],
      [grace, 'Reading now. Two small things so far, both in the section about sessions.'],
      [linus, 'On the train, phone only. Can look at lunch'],
      [grace, 'A reload must land on the same replica.\nAnd what is queued while offline is sent in order.'],
      [ada, 'Good catch. Fixed both.'],
      [ada, `${'a long word without any spaces '.repeat(6).replaceAll(' ', '')}`],
      [linus, 'Then ship it.'],
    ]
    for (const [who, text] of talk) {
      await write(who, text)
      await sees(ada, text.slice(0, 20))
    }
    for (const who of [grace, linus]) await sees(who, 'Then ship it')
    await grace.page.locator('#composer').pressSequentially('Ship')
    await ada.page.getByText('is typing').waitFor()
    await ada.page.locator('.message.own').last().hover()
    await shoot(ada, 'talk-light')
    await shoot(grace, 'talk-dark')
    await shoot(linus, 'phone')
    await linus.page.getByRole('button', { name: 'Rooms' }).click()
    await shoot(linus, 'phone-rooms')
    await linus.page.keyboard.press('Escape')
    await linus.page.locator('.people-button').click()
    await shoot(linus, 'phone-people')
    await linus.page.keyboard.press('Escape')
    await linus.page.context().setOffline(true)
    await linus.page.locator('.banner').waitFor()
    await shoot(linus, 'phone-offline')
  })

  it('takes what waits, what failed, what was changed and what is unread', async () => {
    const room = await on.newRoom()
    const ada = await on.come('Ada Lovelace', room)
    const grace = await on.come('Grace Hopper', room, { colorScheme: 'dark' })
    for (const who of [ada, grace]) await write(who, `${who === ada ? 'Is anybody here?' : 'I am.'}`)
    await sees(ada, 'I am.')
    await write(ada, 'Whta is new?')
    await write(ada, 'Nobody shall read this.')
    await sees(grace, 'Nobody shall')
    await ada.page.locator('#composer').press('ArrowUp')
    await shoot(ada, 'editing')
    await ada.page.keyboard.press('Escape')
    const last = ada.page.locator('.message', { hasText: 'Nobody shall' })
    await last.hover()
    await last.getByLabel('Delete message').click()
    await ada.page.locator('#composer').press('ArrowUp')
    await write(ada, 'What is new?')
    await grace.page.getByText('(edited)').waitFor()
    const left = {
      id: 'not an id',
      room,
      kind: 'send',
      text: 'This one cannot be sent.',
      at: 1,
      state: 'queued',
    }
    for (const { page } of [ada, grace]) {
      await page.evaluate(`localStorage.setItem('out:${left.id}', ${JSON.stringify(JSON.stringify(left))})`)
      await page.reload()
      await page.locator('.message.failed').waitFor()
      await page.context().setOffline(true)
      await page.locator('.banner').waitFor()
    }
    for (const who of [ada, grace]) await write(who, 'This one waits for the network.')
    await ada.page.getByText('Waiting to be sent').waitFor()
    await shoot(ada, 'waiting-light')
    await shoot(grace, 'waiting-dark')
  })
})
