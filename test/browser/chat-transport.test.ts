import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { messages, write } from '../chat/browsers.ts'
import { until } from '../support/until.ts'
import { chromiumPath, stage } from './chat-stage.ts'

/** What the page has sent by each transport, as it was on the wire. */
interface Wire {
  posts: string[]
  frames: string[]
  /** Lets the WebSocket be opened. */
  open: () => void
}

/** From now on a WebSocket of the page has to wait until it is let. */
async function tap(page: Page): Promise<Wire> {
  let open: () => void = () => undefined
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  const wire: Wire = { posts: [], frames: [], open }
  page.on('request', request => {
    if (request.url().includes('transport=polling')) wire.posts.push(request.postData() ?? '')
  })
  await page.routeWebSocket(/socket\.io/, async route => {
    await opened
    const server = route.connectToServer()
    route.onMessage(frame => {
      wire.frames.push(String(frame))
      server.send(frame)
    })
  })
  return wire
}

describe.skipIf(chromiumPath === undefined)('the transport', { timeout: 120_000 }, () => {
  const on = stage()

  it('goes from polling to WebSocket while people write, and nothing is lost or doubled', async () => {
    const room = await on.newRoom()
    const [ada, grace] = [await on.come('Ada', room), await on.come('Grace', room)]
    const wire = await tap(ada.page)
    await ada.page.reload()
    const badge = ada.page.locator('.badge .details')
    await until('the badge says polling', async () => /^polling · \d+ ms$/.test(await badge.innerText()))
    const sends = (packets: string[]) => packets.filter(packet => packet.includes('message:send')).length
    const said: string[] = []
    const step = async () => {
      for (const who of [ada, grace]) {
        said.push(`line ${said.length} of ${who === ada ? 'Ada' : 'Grace'}`)
        await write(who, said.at(-1)!)
      }
    }
    const writeUntil = (what: string, packets: string[]) =>
      until(what, async () => {
        await step()
        return sends(packets) >= 5
      })
    await writeUntil('five are sent by polling', wire.posts)
    expect(wire.frames).toEqual([])
    wire.open()
    await writeUntil('five are sent by WebSocket', wire.frames)
    await until('the badge says websocket', async () => /^websocket · \d+ ms$/.test(await badge.innerText()))
    const polls = wire.posts.length
    await step()
    const all = async () => Promise.all([ada, grace].map(messages))
    await until('both have all', async () => (await all()).every(texts => texts.length >= said.length))
    const [hers, others] = await all()
    expect(hers).toEqual(others)
    expect([...hers!].sort()).toEqual([...said].sort())
    // The one who writes is told in the order in which she wrote.
    expect(hers!.filter(text => text.endsWith('Ada'))).toEqual(said.filter(text => text.endsWith('Ada')))
    expect(wire.posts).toHaveLength(polls)
    expect(wire.frames[0]).toBe('2probe')
    expect(wire.frames).toContain('5')
  })
})
