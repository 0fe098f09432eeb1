import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MemoryStore } from '../server/store/memory.ts'
import { MongoStore } from '../server/store/mongo.ts'
import type { Draft, Store } from '../server/store/store.ts'
import { hasMongo, mongoStore, mongoUrl } from './backends.ts'

const draft = (id: string, from = 'ada', more: Partial<Draft> = {}): Draft => ({
  clientMsgId: id,
  from,
  name: from,
  text: `text of ${id}`,
  at: 1_700_000_000_000,
  ...more,
})

/** What MongoDB has of the room, as it is. */
const documents = async (store: Store, roomId: string) =>
  store instanceof MongoStore ? store.connection.entries.find({ roomId }).toArray() : []

const kinds = [
  { kind: 'memory', there: true, open: async (): Promise<Store> => new MemoryStore() },
  { kind: 'mongodb', there: hasMongo, open: async (): Promise<Store> => mongoStore(mongoUrl()) },
]

for (const { kind, there, open } of kinds) {
  describe.skipIf(!there)(`the ${kind} store`, () => {
    let store: Store
    beforeAll(async () => {
      store = await open()
    })
    afterAll(() => store.close())
    let rooms = 0
    const room = async () => {
      const id = `room-${++rooms}`
      await store.createRoom({ id, title: id, private: false, head: 0 })
      return id
    }

    it('gives drafts places in their order', async () => {
      const id = await room()
      const done = await store.append(id, [draft('a'), draft('b')])
      expect(done?.map(({ entry }) => entry.seq)).toEqual([1, 2])
      expect((await store.append(id, [draft('c')]))?.[0]?.entry.seq).toBe(3)
    })

    it('stores a repeated clientMsgId once and says where it is', async () => {
      const id = await room()
      await store.append(id, [draft('a')])
      const again = await store.append(id, [draft('b'), draft('a'), draft('c')])
      expect(again?.map(({ duplicate }) => duplicate)).toEqual([false, true, false])
      expect(again?.[1]?.entry.seq).toBe(1)
      const { entries, through } = await store.after(id, 0, 50)
      expect(entries.map(entry => 'clientMsgId' in entry && entry.clientMsgId)).toEqual(['a', 'b', 'c'])
      expect(through).toBe(entries.at(-1)?.seq)
    })

    it('takes the same clientMsgId from two people as two messages', async () => {
      const id = await room()
      await store.append(id, [draft('a', 'ada'), draft('a', 'grace')])
      expect((await store.after(id, 0, 50)).entries).toHaveLength(2)
    })

    it('stores each of many concurrent appends once, in places without a repeat', async () => {
      const id = await room()
      const ids = Array.from({ length: 60 }, (_, at) => `m${at % 40}`)
      await Promise.all(ids.map(name => store.append(id, [draft(name)])))
      const { entries, more } = await store.after(id, 0, 200)
      const seqs = entries.map(entry => entry.seq)
      expect(more).toBe(false)
      expect(entries).toHaveLength(40)
      expect(new Set(seqs).size).toBe(40)
      expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
    })

    it('pages in both directions and says whether there is more', async () => {
      const id = await room()
      await store.append(
        id,
        Array.from({ length: 7 }, (_, at) => draft(`m${at}`)),
      )
      const last = await store.before(id, Number.MAX_SAFE_INTEGER, 3)
      expect([last.entries.map(entry => entry.seq), last.more]).toEqual([[5, 6, 7], true])
      const first = await store.before(id, 3, 3)
      expect([first.entries.map(entry => entry.seq), first.more]).toEqual([[1, 2], false])
      const next = await store.after(id, 4, 2)
      expect([next.entries.map(entry => entry.seq), next.through, next.more]).toEqual([[5, 6], 6, true])
      expect(await store.after(id, 7, 2)).toEqual({ entries: [], through: 7, more: false })
    })

    it('rewrites and deletes only messages of the same sender', async () => {
      const id = await room()
      await store.append(id, [draft('a'), draft('b')])
      expect(await store.rewrite(id, 1, 'grace', 'mine now')).toBe(false)
      expect(await store.rewrite(id, 9, 'ada', 'nothing there')).toBe(false)
      expect(await store.rewrite(id, 1, 'ada', 'better')).toBe(true)
      expect(await store.rewrite(id, 2, 'ada', null)).toBe(true)
      expect(await store.rewrite(id, 2, 'ada', 'back again')).toBe(false)
      expect(await store.rewrite(id, 2, 'ada', null)).toBe(true)
      const { entries } = await store.after(id, 0, 50)
      expect(entries[0]).toMatchObject({ text: 'better', edited: true })
      expect(entries[1]).toMatchObject({ text: '', deleted: true })
    })

    it('replays a change with the state that its message has now', async () => {
      const id = await room()
      await store.append(id, [draft('a')])
      await store.rewrite(id, 1, 'ada', 'second')
      await store.append(id, [draft('e1', 'ada', { of: 1, text: 'second' })])
      await store.rewrite(id, 1, 'ada', null)
      await store.append(id, [draft('e2', 'ada', { of: 1, text: null })])
      expect((await store.after(id, 1, 50)).entries).toMatchObject([
        { seq: 2, of: 1, text: null },
        { seq: 3, of: 1, text: null },
      ])
    })

    it('keeps the text of a message in one place, so that it goes with the message', async () => {
      const id = await room()
      await store.append(id, [draft('a', 'ada', { text: 'secret 1' })])
      for (const text of ['secret 2', 'secret 3']) {
        await store.rewrite(id, 1, 'ada', text)
        const edit = draft(`edit ${text}`, 'ada', { of: 1, text })
        // Told as it was meant, also to who repeats it.
        for (const duplicate of [false, true])
          expect(await store.append(id, [edit])).toMatchObject([{ entry: { of: 1, text }, duplicate }])
      }
      await store.rewrite(id, 1, 'ada', null)
      await store.append(id, [draft('gone', 'ada', { of: 1, text: null })])
      const asked = ['a', 'edit secret 2', 'edit secret 3', 'gone'].map(name => store.stored(id, 'ada', name))
      const kept = [...(await Promise.all(asked)), ...(await documents(store, id))]
      expect(kept.length).toBeGreaterThanOrEqual(4)
      expect(JSON.stringify(kept).match(/"text":"secret \d"/g)).toBeNull()
    })

    it('knows its rooms: each id once, private ones in no list', async () => {
      expect(await store.createRoom({ id: 'p-1', title: 'Secret', private: true, head: 0 })).toBe(true)
      expect(await store.createRoom({ id: 'p-1', title: 'Other', private: false, head: 0 })).toBe(false)
      expect(await store.room('p-1')).toMatchObject({ title: 'Secret', private: true })
      expect(await store.room('nowhere')).toBeUndefined()
      expect((await store.publicRooms(100)).map(({ id }) => id)).not.toContain('p-1')
      expect(await store.append('nowhere', [draft('a')])).toBeUndefined()
    })
  })
}
