import { describe, expect, it } from 'vitest'
import { openJournal } from '../../../src/run/journal.ts'
import { fakeHost } from '../../support/fake-host.ts'

const path = '/project/.rtdeploy/journal.jsonl'
const entry = { verb: 'up', stage: 'release', step: 'supervisor.start' } as const

describe('the journal', () => {
  it('knows nothing when there is no file', async () => {
    expect(await openJournal(fakeHost().host, '/project/.rtdeploy').unfinished()).toEqual([])
  })

  it('tells the step that was begun and not ended', async () => {
    const { host } = fakeHost()
    const journal = openJournal(host, '/project/.rtdeploy')
    await journal.write({ ...entry, state: 'about-to' })
    expect(await journal.unfinished()).toMatchObject([{ ...entry, state: 'about-to' }])
    await journal.write({ ...entry, state: 'done' })
    expect(await journal.unfinished()).toEqual([])
  })

  it('of an environment knows nothing of another', async () => {
    const { host, files } = fakeHost()
    await openJournal(host, '/project/.rtdeploy', 'staging').write({ ...entry, state: 'about-to' })
    expect(await openJournal(host, '/project/.rtdeploy').unfinished()).toEqual([])
    expect(await openJournal(host, '/project/.rtdeploy', 'staging').unfinished()).toMatchObject([entry])
    expect([...files.keys()]).toEqual(['/project/.rtdeploy/journal-staging.jsonl'])
  })

  it('tells both steps that were under way at once, and of one that has ended no more', async () => {
    const { host } = fakeHost()
    const journal = openJournal(host, '/project/.rtdeploy')
    const [apply, build] = [
      { verb: 'up', stage: 'provision', step: 'terraform.apply' },
      { verb: 'up', stage: 'publish', step: 'image.build' },
    ]
    await journal.write({ ...apply, state: 'about-to' })
    await journal.write({ ...build, state: 'about-to' })
    expect((await journal.unfinished()).map(({ step }) => step)).toEqual(['terraform.apply', 'image.build'])
    await journal.write({ ...build, state: 'done' })
    expect((await journal.unfinished()).map(({ step }) => step)).toEqual(['terraform.apply'])
    await journal.write({ ...apply, state: 'failed' })
    expect(await journal.unfinished()).toEqual([])
  })

  it('keeps both of two steps that begin at once when it is shortened', async () => {
    const { host, files } = fakeHost()
    const old = JSON.stringify({ at: 1, run: 'old', ...entry, state: 'done' })
    files.set(path, Array.from({ length: 1_001 }, () => old).join('\n'))
    let shortened = 0
    // The second one to shorten the file is slow, and would write over what the first has added meanwhile.
    const writeFile: typeof host.writeFile = async (...args) => {
      if (++shortened === 2) await new Promise(resolve => setTimeout(resolve, 20))
      await host.writeFile(...args)
    }
    const journal = openJournal({ ...host, writeFile }, '/project/.rtdeploy')
    await Promise.all(
      ['terraform.apply', 'image.build'].map(step => journal.write({ ...entry, step, state: 'about-to' })),
    )
    expect((await journal.unfinished()).map(({ step }) => step)).toEqual(['terraform.apply', 'image.build'])
  })

  it('forgets an unfinished step once a later run went on from there', async () => {
    const { host } = fakeHost()
    const killed = openJournal(host, '/project/.rtdeploy')
    await killed.write({ ...entry, step: 'orphan.end.4711', state: 'about-to' })
    await host.sleep(1)
    const journal = openJournal(host, '/project/.rtdeploy')
    await journal.write({ ...entry, state: 'about-to' })
    await journal.write({ ...entry, state: 'failed' })
    expect(await journal.unfinished()).toEqual([])
  })

  it.each([
    ['half a line', '{"at":1,"verb":"up","sta'],
    ['a null', 'null'],
    ['a number', '42'],
    ['a list', '[]'],
    ['another object', '{"a":1}'],
    ['bytes', '\u0000\u0001\ufffd'],
  ])('reads over %s, and writes on behind it on a line of its own', async (_what, rest) => {
    const whole = JSON.stringify({ at: 1, ...entry, state: 'about-to' })
    const { host, files } = fakeHost({ files: { [path]: `\n${whole}\n${rest}` } })
    const journal = openJournal(host, '/project/.rtdeploy')
    expect(await journal.unfinished()).toMatchObject([{ step: 'supervisor.start' }])
    await journal.write({ ...entry, state: 'done' })
    expect(await journal.unfinished()).toEqual([])
    expect(files.get(path)?.split('\n').at(-2)).toBe(rest)
  })

  it('keeps the newest entries when it has grown, and stays readable', async () => {
    const line = (at: number) => `\n${JSON.stringify({ at, ...entry, step: `step.${at}`, state: 'done' })}`
    const { host, files } = fakeHost({
      files: { [path]: Array.from({ length: 1001 }, (_, at) => line(at)).join('') },
    })
    await openJournal(host, '/project/.rtdeploy').write({ ...entry, state: 'about-to' })
    const kept = (files.get(path) ?? '')
      .split('\n')
      .filter(Boolean)
      .map(text => JSON.parse(text))
    expect(kept).toHaveLength(501)
    expect([kept[0].step, kept.at(-1).step]).toEqual(['step.501', 'supervisor.start'])
  })
})
