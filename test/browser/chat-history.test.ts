import { describe, expect, it } from 'vitest'
import { messages, sees, write } from '../chat/browsers.ts'
import { say, type Talker, talker } from '../chat/talker.ts'
import { until } from '../support/until.ts'
import { chromiumPath, stage } from './chat-stage.ts'

/** Rows that the page may hold: messages in the window and those on their way in and out of it. */
const mostRows = 500
const count = 10_000

describe.skipIf(chromiumPath === undefined)('10,000 messages in a room', { timeout: 240_000 }, () => {
  const on = stage({ env: { EVENTS_PER_SECOND: '1000000', EVENT_BURST: '1000000' } })

  it('scrolls from the newest to the very first and back, in order, with few of them in the page', async () => {
    const room = await on.newRoom()
    const writer = await talker(on.world.url, 'Writer', room, ['websocket'])
    await fill(writer, room)
    const ada = await on.come('Ada', room)
    const { page } = ada
    const scroll = page.locator('.scroll')
    const shown = async () =>
      (await messages(ada)).filter(text => text.startsWith('message ')).map(text => Number(text.slice(8)))
    await until('the newest are there', async () => (await shown()).at(-1) === count - 1)
    // In the page, so that a step costs no round trip of the test's own.
    await page.evaluate(`globalThis.longest = 0; new PerformanceObserver(list => {
      for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration)
    }).observe({ type: 'longtask', buffered: false })`)
    for (let oldest = count; oldest > 0; ) {
      await scroll.evaluate(element => element.scrollTo(0, 0))
      await until('older ones come', async () => (await shown())[0]! < oldest, 60_000)
      const now = await shown()
      oldest = now[0]!
      // One after the other: nothing is missing in the middle, and nothing is there twice.
      expect(now).toEqual(Array.from(now, (_, at) => now[0]! + at))
      expect(now.length).toBeLessThanOrEqual(mostRows)
    }
    await page.locator('.intro').waitFor()
    await say(writer, room, 'meanwhile')
    await page.getByRole('button', { name: /new message/ }).click()
    await sees(ada, 'meanwhile')
    await write(ada, 'at the end')
    await until('sent', async () => (await messages(ada)).at(-1) === 'at the end')
    expect(await page.locator('.message').count()).toBeLessThanOrEqual(mostRows)
    // A figure to look at and not a limit: what a task takes is decided by what else the machine does.
    process.stderr.write(
      `longest task while scrolling through ${count} messages: ${await page.evaluate('Math.round(longest)')} ms\n`,
    )
    writer.close()
  })

  it('leaves what one reads where it is while others write', async () => {
    const room = await on.newRoom()
    const writer = await talker(on.world.url, 'Writer', room, ['websocket'])
    for (let at = 0; at < 120; at++) await say(writer, room, `message ${at}`)
    const ada = await on.come('Ada', room)
    const scroll = ada.page.locator('.scroll')
    await until('the newest are there', async () => (await messages(ada)).includes('message 119'))
    await scroll.evaluate(element => element.scrollTo(0, element.scrollHeight / 2))
    await ada.page.getByRole('button', { name: 'Jump to newest' }).waitFor()
    const place = () =>
      ada.page.evaluate<string>(`(() => {
        const top = document.querySelector('.scroll').getBoundingClientRect().top
        const row = [...document.querySelectorAll('.message')].find(row => row.getBoundingClientRect().bottom > top + 20)
        return row.innerText + ' ' + Math.round(row.getBoundingClientRect().top - top)
      })()`)
    let before = await place()
    await until('it has come to rest', async () => {
      const earlier = before
      before = await place()
      return before === earlier
    })
    for (let at = 0; at < 20; at++) await say(writer, room, `more ${at}`)
    await ada.page.getByRole('button', { name: '20 new messages' }).waitFor()
    expect(await place()).toBe(before)
    writer.close()
  })
})

async function fill(writer: Talker, room: string): Promise<void> {
  for (let at = 0; at < count; at += 100)
    await Promise.all(Array.from({ length: 100 }, (_, more) => say(writer, room, `message ${at + more}`)))
}
