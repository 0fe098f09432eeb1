import { limits } from '../../shared/limits.ts'
import { h } from './dom.ts'

/** Asks for a name and resolves when the server has put it into the cookie; with false when it stays as it is. */
export function askName(current = '', cancellable = false): Promise<boolean> {
  return new Promise(resolve => {
    const input = h('input', {
      id: 'name',
      name: 'name',
      value: current,
      maxLength: limits.name,
      required: true,
      attrs: { 'aria-describedby': 'name-note', autocomplete: 'nickname' },
      placeholder: 'Ada Lovelace',
    })
    const problem = h('p', { class: 'problem', attrs: { role: 'alert' } })
    const button = h('button', { type: 'submit', class: 'primary' }, cancellable ? 'Save' : 'Start chatting')
    const submit = async (event: Event) => {
      event.preventDefault()
      button.disabled = true
      problem.textContent = ''
      const failure = await postName(input.value.trim())
      button.disabled = false
      if (failure !== undefined) {
        problem.textContent = failure
        input.focus()
        return
      }
      end(true)
    }
    const cancel = h(
      'button',
      { type: 'button', class: 'secondary', on: { click: () => end(false) } },
      'Cancel',
    )
    const form = h(
      'form',
      { on: { submit } },
      h('img', { src: '/icon.svg', alt: '', width: 48, height: 48 }),
      h('h1', { class: 'heading' }, 'What should we call you?'),
      h(
        'p',
        { class: 'muted', id: 'name-note' },
        'Others see this name next to what you write. You can change it later.',
      ),
      h('label', { class: 'form-label', htmlFor: 'name' }, 'Your name'),
      input,
      problem,
      h('div', { class: 'buttons wide' }, cancellable && cancel, button),
    )
    const dialog = h('main', { class: 'welcome' }, form)
    const app = document.getElementById('app')
    const end = (changed: boolean) => {
      dialog.remove()
      app?.removeAttribute('inert')
      resolve(changed)
    }
    if (cancellable) dialog.addEventListener('keydown', event => event.key === 'Escape' && end(false))
    app?.setAttribute('inert', '')
    document.body.prepend(dialog)
    input.focus()
  })
}

async function postName(name: string): Promise<string | undefined> {
  try {
    const response = await fetch('/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    })
    if (response.ok) return undefined
    return response.status === 400
      ? 'Use one to forty letters, without special marks.'
      : 'The server did not take it. Try again.'
  } catch {
    return 'The server cannot be reached. Try again in a moment.'
  }
}

/** The person that the cookie knows. Tries again until the server answers. */
export async function whoAmI(): Promise<{ id: string; name: string } | null> {
  for (let waitMs = 500; ; waitMs = Math.min(waitMs * 2, 5_000)) {
    try {
      const response = await fetch('/session')
      if (response.ok) return ((await response.json()) as { user: { id: string; name: string } | null }).user
    } catch {
      // Not there yet: asked again below.
    }
    await new Promise(resolve => setTimeout(resolve, waitMs))
  }
}
