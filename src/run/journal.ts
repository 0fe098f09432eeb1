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
  /** The step that the last run began and never ended: it was killed in the middle, so what the step did is unknown. */
  unfinished(): Promise<JournalEntry | undefined>
}

const keptEntries = 1000

/** One line of the journal; nothing when it is not ours: the last line of a killed run can be half a line. */
function parseEntry(line: string): JournalEntry[] {
  try {
    const value: unknown = JSON.parse(line)
    const isEntry = typeof value === 'object' && value !== null && 'step' in value && 'state' in value
    return isEntry ? [value as JournalEntry] : []
  } catch {
    return []
  }
}

/** The write-ahead record of a project, one JSON document a line: what is about to happen is written before it happens. */
export function openJournal(host: Host, folder: string): Journal {
  const path = join(folder, 'journal.jsonl')
  const read = async (): Promise<JournalEntry[]> =>
    ((await host.readFile(path)) ?? '').split('\n').flatMap(parseEntry)
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
      const last = (await read()).at(-1)
      return last?.state === 'about-to' ? last : undefined
    },
  }
}
