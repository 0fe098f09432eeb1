import { join } from 'node:path'
import type { Host } from './host.ts'

export interface JournalEntry {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly verb: string
  readonly stage: string
  readonly step: string
  readonly state: 'about-to' | 'done' | 'failed'
}

export interface Journal {
  write(entry: Omit<JournalEntry, 'at'>): Promise<void>
  /** Steps that were begun and never ended: their run was killed in the middle, so what they did is unknown. */
  unfinished(): Promise<readonly JournalEntry[]>
}

const keptEntries = 1000

/** The write-ahead record of a project, one JSON document a line: what is about to happen is written before it happens. */
export function openJournal(host: Host, folder: string): Journal {
  const path = join(folder, 'journal.jsonl')
  const read = async (): Promise<JournalEntry[]> =>
    ((await host.readFile(path)) ?? '').split('\n').flatMap(line => {
      try {
        return [JSON.parse(line) as JournalEntry]
      } catch {
        // The last line of a killed run can be half a line.
        return []
      }
    })
  return {
    write: async entry => {
      if (entry.state === 'about-to') {
        const entries = await read()
        if (entries.length > keptEntries) {
          const kept = entries.slice(-keptEntries / 2).map(old => `${JSON.stringify(old)}\n`)
          await host.writeFile(path, kept.join(''), { mode: 0o600 })
        }
      }
      await host.appendFile(path, `\n${JSON.stringify({ at: host.now(), ...entry })}`)
    },
    unfinished: async () => {
      const last = new Map<string, JournalEntry>()
      for (const entry of await read()) last.set(`${entry.stage}/${entry.step}`, entry)
      return [...last.values()].filter(entry => entry.state === 'about-to')
    },
  }
}
