import { join } from 'node:path'
import type { Host } from './host.ts'

export interface JournalEntry {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly verb: string
  readonly stage: string
  readonly step: string
  readonly state: 'about-to' | 'done' | 'failed'
  /** The same for all entries of one run: two steps of it can be under way at once. */
  readonly run: string
}

export interface Journal {
  write(entry: Omit<JournalEntry, 'at' | 'run'>): Promise<void>
  /** The steps that the last run began and never ended: it was killed in the middle, so what they did is unknown. */
  unfinished(): Promise<readonly JournalEntry[]>
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

/** The write-ahead record of a project’s environment, one JSON document a line: what is about to happen is written before it happens. */
export function openJournal(host: Host, folder: string, environment?: string): Journal {
  const path = join(folder, environment === undefined ? 'journal.jsonl' : `journal-${environment}.jsonl`)
  const run = `${host.self.pid}-${host.now()}`
  const read = async (): Promise<JournalEntry[]> =>
    ((await host.readFile(path)) ?? '').split('\n').flatMap(parseEntry)
  const write = async (entry: Omit<JournalEntry, 'at' | 'run'>) => {
    if (entry.state === 'about-to') {
      const entries = await read()
      if (entries.length > keptEntries) {
        const kept = entries.slice(-keptEntries / 2).map(old => `${JSON.stringify(old)}\n`)
        await host.writeFile(path, kept.join(''), { mode: 0o600 })
      }
    }
    await host.appendFile(path, `\n${JSON.stringify({ at: host.now(), ...entry, run })}`)
  }
  let before: Promise<unknown> = Promise.resolve()
  return {
    // One after the other: two steps at once would shorten the file over each other's lines.
    write: entry => {
      const written = before.then(() => write(entry))
      before = written.catch(() => undefined)
      return written
    },
    unfinished: async () => {
      const entries = await read()
      const last = new Map<string, JournalEntry>()
      for (const entry of entries) {
        if (entry.run === entries.at(-1)?.run) last.set(`${entry.stage} ${entry.step}`, entry)
      }
      return [...last.values()].filter(entry => entry.state === 'about-to')
    },
  }
}
