import type { Chat } from '../chat.ts'
import { h, plural } from './dom.ts'

export interface Line {
  transport: string
  /** Milliseconds for a question and its answer; undefined before the first. */
  roundTripMs: number | undefined
}

const spoken = {
  ok: 'The chat works as usual again.',
  degraded: 'Some of the service is away. Messages may come late; none is lost.',
  off: 'There is no connection. What you write is kept, and sent later.',
}

/** Which replica one is on and how well one hears it; and, when there is something to say, a banner above the room. */
export class Connection {
  readonly badge = h('div', { class: 'badge', attrs: { 'aria-label': 'Connection' } })
  readonly banner = h('div', { class: 'banner', hidden: true })
  /** For who listens: once for each change, where the banner would be read again with every second that it counts. */
  readonly said = h('div', { class: 'hidden', attrs: { role: 'status' } })
  #told: keyof typeof spoken = 'ok'

  show(chat: Chat, { transport, roundTripMs }: Line): void {
    const state = chat.online ? (chat.healthy ? 'ok' : 'degraded') : 'off'
    const words = chat.online ? (chat.replica ?? 'connected') : 'offline'
    const details = chat.online
      ? [transport, roundTripMs === undefined ? undefined : `${roundTripMs} ms`]
      : []
    const shown = details.filter(part => part !== undefined).join(' · ')
    this.badge.dataset.state = state
    this.badge.replaceChildren(
      h('span', { class: 'dot', attrs: { 'aria-hidden': 'true' } }),
      h('span', { class: 'replica', title: 'The replica that you are connected to' }, ...halves(words)),
      h('span', { class: 'muted details' }, shown),
    )
    this.#showBanner(chat)
  }

  #showBanner(chat: Chat): void {
    const queued = chat.outbox.items.filter(item => item.state !== 'failed').length
    const kept = queued > 0 ? ` ${plural(queued, 'message')} will be sent then.` : ' What you write is kept.'
    const seconds = Math.round((Date.now() - (chat.offlineSince ?? 0)) / 1_000)
    let text = ''
    // A moment without a connection is nothing to be told about.
    if (!chat.online && seconds >= 1) text = `Reconnecting, ${ago(seconds)} without a connection.${kept}`
    else if (chat.online && !chat.healthy) text = spoken.degraded
    this.banner.hidden = text === ''
    if (this.banner.textContent !== text) this.banner.textContent = text
    if (chat.online) this.#say(chat.healthy ? 'ok' : 'degraded')
    else if (text !== '') this.#say('off')
  }

  #say(state: keyof typeof spoken): void {
    if (state === this.#told) return
    this.#told = state
    this.said.textContent = spoken[state]
  }
}

/** Pods of one app differ in the last word of their names: where there is no room for all, that one stays. */
function halves(name: string): HTMLElement[] {
  const at = name.lastIndexOf('-')
  const parts = at < 1 ? [name] : [name.slice(0, at), name.slice(at)]
  return parts.map(part => h('span', {}, part))
}

function ago(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : plural(Math.floor(seconds / 60), 'minute')
}
