import { describe, expect, it } from 'vitest'
import { messages, sees, write } from '../chat/browsers.ts'
import { say, type Talker, talker } from '../chat/talker.ts'
import { until } from '../support/until.ts'
import { chromiumPath, stage } from './chat-stage.ts'

/** Rows that the page may hold: messages in the window and those on their way in and out of it. */
const mostRows = 500
/** Elements of all kinds: a row has half a dozen. */
const mostElements = 3_000
/** Rows that one step of scrolling may make: a page of history, or the hundred by which the window moves. */
const mostMade = 200
const count = 10_000

/**
 * Counts in the page, so that a step costs no round trip of the test's own: rows that were made since the last look, and
 * the longest task. `yardstick` is a task of a known size, the rows in sight drawn once more, for comparison: how long a
 * task takes is decided by what else the machine does.
 */
const gauges = `
  globalThis.made = 0
  globalThis.longest = 0
  globalThis.yardstick = 0
  const list = document.querySelector('.rows')
  new MutationObserver(records => {
    for (const { addedNodes } of records) made += addedNodes.length
  }).observe(list, { childList: true })
  new PerformanceObserver(entries => {
    for (const { duration } of entries.getEntries()) longest = Math.max(longest, duration)
  }).observe({ type: 'longtask', buffered: false })
  globalThis.measure = () => {
    const begun = performance.now()
    const copy = list.parentElement.appendChild(list.cloneNode(true))
    copy.offsetHeight
    copy.remove()
    list.offsetHeight
    yardstick = Math.max(yardstick, performance.now() - begun)
  }`

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
    await page.evaluate(gauges)
    for (let oldest = count; oldest > 0; ) {
      await scroll.evaluate(element => element.scrollTo(0, 0))
      await until('older ones come', async () => (await shown())[0]! < oldest, 60_000)
      const now = await shown()
      oldest = now[0]!
      // One after the other: nothing is missing in the middle, and nothing is there twice.
      expect(now).toEqual(Array.from(now, (_, at) => now[0]! + at))
      expect(now.length).toBeLessThanOrEqual(mostRows)
      const [made, elements] = await page.evaluate<[number, number]>(
        '[made, document.querySelectorAll("*").length]',
      )
      expect(made).toBeLessThanOrEqual(mostMade)
      expect(elements).toBeLessThanOrEqual(mostElements)
      await page.evaluate('measure(); made = 0')
    }
    await page.locator('.intro').waitFor()
    await say(writer, room, 'meanwhile')
    await page.getByRole('button', { name: /new message/ }).click()
    await sees(ada, 'meanwhile')
    await write(ada, 'at the end')
    await until('sent', async () => (await messages(ada)).at(-1) === 'at the end')
    expect(await page.locator('.message').count()).toBeLessThanOrEqual(mostRows)
    const [longest, yardstick] = await page.evaluate<[number, number]>('[longest, yardstick]')
    expect(longest).toBeLessThan(10 * yardstick)
    writer.close()
  })

  it('fills a tall window by itself, also when the newest page is nothing but changes', async () => {
    const room = await on.newRoom()
    const writer = await talker(on.world.url, 'Writer', room, ['websocket'])
    for (let at = 0; at < 110; at++) await say(writer, room, `message ${at}`)
    for (let at = 0; at < 60; at++) {
      const edit = { room, clientMsgId: `edit-${at}`, seq: 110, text: `message 109, take ${at}` }
      expect(await writer.ask('message:edit', edit)).toMatchObject({ ok: true })
    }
    writer.close()
    const tall = await on.come('Ada', room, { viewport: { width: 1_200, height: 3_000 } })
    // What would have to be scrolled is left for later.
    const ratio = '(e => e.scrollHeight / e.clientHeight)(document.querySelector(".scroll"))'
    await until('it is full', async () => (await tall.page.evaluate<number>(ratio)) > 1)
    expect((await messages(tall)).at(-1)).toBe('message 109, take 59 (edited)')
    const taller = await on.come('Grace', room, { viewport: { width: 1_200, height: 6_000 } })
    await taller.page.locator('.intro').waitFor()
    expect(await messages(taller)).toHaveLength(110)
    if (process.env.RTDEPLOY_TEST_PICTURES)
      await tall.page.screenshot({ path: `${process.env.RTDEPLOY_TEST_PICTURES}/tall.png` })
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
