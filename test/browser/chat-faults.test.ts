import { describe, expect, it } from 'vitest'
import { messages, sees, write } from '../chat/browsers.ts'
import { until } from '../support/until.ts'
import { chromiumPath, replicaOf, stage } from './chat-stage.ts'

describe.skipIf(chromiumPath === undefined)('the page when things fail', { timeout: 120_000 }, () => {
  const on = stage()

  it('comes back from a reload with its name, its history and the same replica', async () => {
    const room = await on.newRoom()
    const ada = await on.come('Ada', room)
    for (const text of ['first', 'second']) await write(ada, text)
    await sees(ada, 'second')
    await until('both are stored', async () => (await messages(ada)).length === 2)
    const replica = await replicaOf(ada)
    for (let times = 0; times < 3; times++) {
      await ada.page.reload()
      await until('the history is there', async () => (await messages(ada)).join() === 'first,second')
      expect(await replicaOf(ada)).toBe(replica)
      expect(await ada.page.getByLabel('Your name').count()).toBe(0)
      expect(await ada.page.locator('.me').innerText()).toContain('Ada')
    }
  })

  it('keeps everybody together when a replica is told to end, and loses nothing that was typed meanwhile', async () => {
    const room = await on.newRoom()
    const [ada, grace] = [await on.come('Ada', room), await on.come('Grace', room)]
    const replica = await replicaOf(ada)
    const said: string[] = []
    const sayMore = async () => {
      said.push(`line ${said.length}`)
      await write(ada, said.at(-1)!)
    }
    await sayMore()
    const ended = on.world.stop(replica, 'SIGTERM')
    for (let at = 0; at < 10; at++) {
      await sayMore()
      await ada.page.waitForTimeout(150)
    }
    expect(await ended).toBe(0)
    await until('the other has all', async () => (await messages(grace)).length >= said.length, 30_000)
    expect(await messages(grace)).toEqual(said)
    await until('its own page too', async () => (await messages(ada)).join() === said.join(), 30_000)
    expect(await replicaOf(ada)).not.toBe(replica)
    await on.world.start(replica)
  })

  it('survives one killed replica after another under three open pages', async () => {
    const room = await on.newRoom()
    const three = [await on.come('Ada', room), await on.come('Grace', room), await on.come('Linus', room)]
    const said: string[] = []
    for (const name of [...on.world.replicas.keys()]) {
      await on.world.stop(name, 'SIGKILL')
      for (const [at, who] of three.entries()) {
        said.push(`${name} is gone, says ${at}`)
        await write(who, said.at(-1)!)
      }
      await on.world.start(name)
    }
    const all = () => Promise.all(three.map(messages))
    await until(
      'all pages have all',
      async () => (await all()).every(texts => texts.length >= said.length),
      60_000,
    )
    const [first, ...others] = await all()
    expect([...(first ?? [])].sort()).toEqual([...said].sort())
    expect(others).toEqual([first, first])
  })

  it('says since when it is offline and what waits, and sends it in order when the network is back', async () => {
    const room = await on.newRoom()
    const [ada, grace] = [await on.come('Ada', room), await on.come('Grace', room)]
    await ada.page.context().setOffline(true)
    await ada.page.getByText(/Reconnecting, \d+ s without a connection/).waitFor()
    await until('the badge says so', async () =>
      (await ada.page.locator('.badge').innerText()).includes('offline'),
    )
    const waiting = ['one', 'two', 'three', 'four']
    for (const text of waiting) await write(ada, text)
    await ada.page.getByText('4 messages will be sent then').waitFor()
    expect(await ada.page.locator('.message.waiting').count()).toBe(4)
    await write(grace, 'meanwhile')
    await until('Grace sees her own', async () => (await messages(grace)).length === 1)
    await ada.page.context().setOffline(false)
    await until('all are there', async () => (await messages(grace)).length === 5, 30_000)
    expect(await messages(grace)).toEqual(['meanwhile', ...waiting])
    await until('here too', async () => (await messages(ada)).length === 5)
    await until('she knows it', async () => (await ada.page.locator('.message.waiting').count()) === 0)
    await ada.page.locator('.banner').waitFor({ state: 'hidden' })
  })

  it('shows what the server will not have as failed, to be sent again or thrown away, and goes on with the rest', async () => {
    const room = await on.newRoom()
    const ada = await on.come('Ada', room)
    // As an older version of the page may have left it.
    const left = { id: 'not an id', room, kind: 'send', text: 'from long ago', at: 1, state: 'queued' }
    await ada.page.evaluate(`localStorage.setItem('out:${left.id}', ${JSON.stringify(JSON.stringify(left))})`)
    await ada.page.reload()
    const row = ada.page.locator('.message.failed', { hasText: 'from long ago' })
    await row.getByText(/^Not sent/).waitFor()
    await write(ada, 'this one is fine')
    await until('it is stored', async () => (await messages(ada)).join() === 'this one is fine')
    await row.getByRole('button', { name: 'Try again' }).click()
    await row.getByText(/^Not sent/).waitFor()
    await row.getByRole('button', { name: 'Discard' }).click()
    await row.waitFor({ state: 'detached' })
    await ada.page.reload()
    await until('it is still gone', async () => (await messages(ada)).join() === 'this one is fine')
    expect(await ada.page.locator('.message.failed').count()).toBe(0)
  })

  it('sends nothing to a room that was left while it waited, and has it there for who comes back', async () => {
    const room = await on.newRoom()
    const [ada, grace] = [await on.come('Ada', room), await on.come('Grace', room)]
    const { page } = ada
    await page.context().setOffline(true)
    await page.getByText('Reconnecting').waitFor()
    await write(ada, 'written in a tunnel')
    await page.getByText('1 message will be sent then').waitFor()
    await page.getByRole('button', { name: /^Leave stage/i }).click()
    await page.locator('.toast', { hasText: '1 message not sent' }).waitFor()
    await page.locator('.banner', { hasText: 'What you write is kept' }).waitFor()
    await page.context().setOffline(false)
    await page.reload()
    await page.locator('.badge[data-state=ok]').waitFor()
    await page.locator('.rooms li').locator(`a[data-room="${room}"]`).click()
    const row = page.locator('.message.failed', { hasText: 'written in a tunnel' })
    await row.getByText('Not sent. You left the room').waitFor()
    expect(await messages(grace)).toEqual([])
    await row.getByRole('button', { name: 'Try again' }).click()
    await sees(grace, 'written in a tunnel')
    await row.waitFor({ state: 'detached' })
  })

  it('keeps what is half written over a reload', async () => {
    const room = await on.newRoom()
    const ada = await on.come('Ada', room)
    await write(ada, 'said')
    await until('it is stored', async () => (await messages(ada)).length === 1)
    await ada.page.locator('#composer').fill('half a sen')
    await ada.page.reload()
    await ada.page.getByRole('log').waitFor()
    expect(await ada.page.locator('#composer').inputValue()).toBe('half a sen')
  })
})
