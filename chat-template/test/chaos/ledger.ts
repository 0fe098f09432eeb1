import type { Message } from '../../shared/events.ts'
import type { Person } from '../person.ts'

export interface Ledger {
  sent: number
  /** Acknowledged to their sender by the server. */
  acked: number
  /** The acknowledgement was lost with its connection, and the message itself came back to its sender. */
  told: number
  stored: number
  /** Messages that somebody should have and has. */
  delivered: number
  /** The same message twice, in the store or at one person. */
  doubled: number
  /** Acknowledged, and not in the store at that place; or stored, and missing at one person. */
  lost: number
  /** Neighbours in another order than in the store, or than their sender wrote them. */
  reordered: number
  /** What came twice over the wire and was dropped: no fault, but it costs. */
  repeatedOnTheWire: number
}

/** What became of the questions. */
export interface Answers {
  /** Where the server said that it stored each text. */
  acks: Map<string, number>
  /** Texts with a question that had no answer. */
  none: Set<string>
}

/** Compares what was sent, what is stored and what each person has. `said` has each person's texts in order. */
export function reckon(
  people: Person[],
  room: string,
  said: Map<Person, string[]>,
  { acks, none }: Answers,
  stored: Message[],
): Ledger {
  const sent = [...said.values()].flat()
  const kept = stored.map(({ text }) => text)
  const places = new Map(stored.map(({ text, seq }) => [text, seq]))
  const ledger: Ledger = {
    sent: sent.length,
    acked: sent.filter(text => acks.has(text)).length,
    told: 0,
    stored: kept.length,
    delivered: 0,
    doubled: doubles(kept),
    lost: [...acks].filter(([text, seq]) => places.get(text) !== seq).length,
    reordered: 0,
    repeatedOnTheWire: 0,
  }
  for (const person of people) {
    const has = person.texts(room)
    const own = said.get(person) ?? []
    ledger.told += own.filter(text => !acks.has(text) && none.has(text) && has.includes(text)).length
    ledger.delivered += new Set(has).size
    ledger.doubled += doubles(has)
    ledger.lost += missing(kept, has)
    ledger.reordered += has.filter((text, at) => text !== kept[at]).length
    const order = kept.filter(text => text.startsWith(`${person.name} `))
    ledger.reordered += order.filter((text, at) => text !== own[at]).length
    const seqs = person.frames.flatMap(frame => frame.seqs)
    ledger.repeatedOnTheWire += seqs.length - new Set(seqs).size
  }
  return ledger
}

function doubles(texts: string[]): number {
  return texts.length - new Set(texts).size
}

function missing(wanted: string[], there: string[]): number {
  const known = new Set(there)
  return wanted.filter(text => !known.has(text)).length
}

/** The ledger as lines for a terminal. */
export function print(ledger: Ledger, people: Person[], room: string, returnMs: number[]): string {
  const sorted = [...returnMs].sort((a, b) => a - b)
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
  const rows = [
    ...Object.entries(ledger).map(([name, value]) => [name, String(value)] as const),
    ['returns', `${sorted.length}, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${at(1)} ms`] as const,
  ]
  const perPerson = people.map(person => `${person.name} ${person.texts(room).length}`).join(', ')
  const table = rows.map(([name, value]) => `  ${name.padEnd(18)} ${value}`).join('\n')
  return `\n${table}\n  delivered to each: ${perPerson}\n\n`
}
