import type { Message, Person, RoomSummary } from '../../shared/events.ts'
import type { Outgoing } from '../outbox.ts'
import { avatar, h, icon, iconButton } from './dom.ts'
import { withLinks } from './links.ts'

export interface RowActions {
  edit: (seq: number, text: string) => void
  remove: (seq: number) => void
  retry: (id: string) => void
  discard: (id: string) => void
}

/** What is to be shown, and a text that differs when it has to be drawn anew. */
export interface Row {
  key: string
  signature: string
  draw: (actions: RowActions) => HTMLElement
}

/** Messages of one person that follow within this time stand under one name. */
const groupMs = 5 * 60_000

/** One row a message, a line for each day, what waits to be sent at the end, and `begun` where nothing is older. */
export function rowsFor(
  messages: Message[],
  waiting: readonly Outgoing[],
  you: Person,
  begun: RoomSummary | undefined,
): Row[] {
  const rows: Row[] = []
  if (begun !== undefined) rows.push(introduction(begun))
  let before: Message | undefined
  const changes = new Map(
    waiting.flatMap(item => (item.seq === undefined ? [] : [[item.seq, item] as const])),
  )
  for (const message of messages) {
    const day = dayOf(message.at)
    if (before === undefined || dayOf(before.at) !== day) {
      rows.push(dayRow(day, dayName(message.at)))
      before = undefined
    }
    const follows =
      before?.from === message.from && before.name === message.name && message.at - before.at < groupMs
    rows.push(messageRow(message, follows, message.from === you.id, changes.get(message.seq)))
    before = message
  }
  const sends = waiting.filter(item => item.kind === 'send')
  for (const [at, item] of sends.entries())
    rows.push(waitingRow(item, at > 0 || before?.from === you.id, you))
  return rows
}

/** Draws a row. Everything that people wrote goes in as text. */
export function renderRow(row: Row, actions: RowActions): HTMLElement {
  return row.draw(actions)
}

/** What stands where the room begins; in a room where nothing was said it is all there is. */
function introduction({ title, private: hidden }: RoomSummary): Row {
  const text = hidden
    ? 'Nothing is older than this. Only who has the link can find this room.'
    : 'Nothing is older than this. Anybody can enter this room, from the list or by its link.'
  const draw = () =>
    h(
      'li',
      { class: 'intro' },
      h('span', { class: 'emblem' }, icon(hidden ? 'lock' : 'hash')),
      h('p', { class: 'welcome-to' }, `Welcome to ${title}`),
      h('p', { class: 'muted' }, text),
    )
  return { key: 'intro', signature: title, draw }
}

function dayRow(key: string, text: string): Row {
  return { key: `day ${key}`, signature: text, draw: () => h('li', { class: 'day' }, h('span', {}, text)) }
}

function messageRow(message: Message, follows: boolean, own: boolean, change: Outgoing | undefined): Row {
  const { seq, from, name, at } = message
  const deleted = message.deleted || change?.kind === 'delete'
  const text = change?.kind === 'edit' ? change.text : message.text
  const state = change === undefined ? '' : change.state === 'failed' ? 'not changed' : 'changing'
  const signature = [deleted ? 'deleted' : text, message.edited, follows, own, state, change?.note].join('\n')
  const draw = (actions: RowActions) => {
    const body = deleted
      ? h('p', { class: 'text deleted' }, 'This message was deleted.')
      : h('p', { class: 'text' }, ...withLinks(text))
    const edited = message.edited && !deleted && h('span', { class: 'muted edited' }, '(edited)')
    if (edited) body.append(' ', edited)
    const content = h('div', { class: 'content' }, !follows && heading(name, at, own), body)
    if (change !== undefined) content.append(status(change, actions))
    const row = h('li', { class: `message${follows ? ' follows' : ''}${own ? ' own' : ''}`, tabIndex: -1 })
    row.dataset.seq = String(seq)
    row.append(follows ? time(at, 'side-time') : avatar(from, name), content)
    if (own && !deleted && change === undefined) {
      const tools = h('div', { class: 'tools' })
      tools.append(iconButton('edit', 'Edit message', () => actions.edit(seq, text)))
      tools.append(iconButton('trash', 'Delete message', () => actions.remove(seq)))
      // Two for each message are too many stops on the way: only the message in hand offers them to the Tab key.
      for (const button of tools.querySelectorAll('button')) button.tabIndex = -1
      row.append(tools)
    }
    return row
  }
  return { key: `m ${seq}`, signature, draw }
}

function waitingRow(item: Outgoing, follows: boolean, you: Person): Row {
  const signature = [item.state, item.note, follows].join('\n')
  const draw = (actions: RowActions) => {
    const body = h('p', { class: 'text' }, ...withLinks(item.text))
    const content = h(
      'div',
      { class: 'content' },
      !follows && heading(you.name, item.at, true),
      body,
      status(item, actions),
    )
    const row = h('li', {
      class: `message waiting ${item.state}${follows ? ' follows' : ''} own`,
      tabIndex: -1,
    })
    row.dataset.seq = item.id
    row.append(follows ? h('span', { class: 'side-time' }) : avatar(you.id, you.name), content)
    return row
  }
  return { key: `w ${item.id}`, signature, draw }
}

function heading(name: string, at: number, own: boolean): HTMLElement {
  return h(
    'div',
    { class: 'by' },
    h('span', { class: 'name' }, name),
    own && h('span', { class: 'hidden' }, '(you)'),
    time(at),
  )
}

function status(item: Outgoing, actions: RowActions): HTMLElement {
  const words = { queued: 'Waiting to be sent', sending: 'Sending…', failed: 'Not sent' }[item.state]
  const line = h('p', { class: `status ${item.state}` }, item.note ? `${words}. ${item.note}.` : words)
  if (item.state !== 'failed') return line
  const button = (label: string, click: () => void) =>
    h('button', { type: 'button', class: 'link', on: { click } }, label)
  line.append(
    ' ',
    button('Try again', () => actions.retry(item.id)),
    ' ',
    button('Discard', () => actions.discard(item.id)),
  )
  return line
}

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })
const date = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })

function time(at: number, className = 'time'): HTMLElement {
  const when = new Date(at)
  return h(
    'time',
    { class: className, dateTime: when.toISOString(), title: when.toLocaleString() },
    className === 'time' ? clock.format(when) : short(when),
  )
}

/** Without AM or PM: there is little room at the side. */
function short(when: Date): string {
  const parts = clock.formatToParts(when).filter(({ type }) => type !== 'dayPeriod')
  return parts
    .map(({ value }) => value)
    .join('')
    .trim()
}

function dayOf(at: number): string {
  return new Date(at).toDateString()
}

function dayName(at: number): string {
  const today = dayOf(Date.now())
  if (dayOf(at) === today) return 'Today'
  return dayOf(at + 86_400_000) === today ? 'Yesterday' : date.format(new Date(at))
}
