import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { optional } from '../support/needs.ts'
import { cliPath, temporaryFolder } from '../support/run-cli.ts'

const tmux = optional('tmux')

/** A terminal of 100 by 30 in which a command runs; a tmux server of its own, ended with the test. */
function terminal(folder: string, command: string) {
  const socket = join(folder, 'tmux.sock')
  const run = (...args: string[]) =>
    execFileSync(tmux ?? '', ['-S', socket, '-f', '/dev/null', ...args], { encoding: 'utf8' })
  // Not in CI and without colours, whatever the machine that tests says; the shell stays to show the exit code.
  const line = `env -u CI NO_COLOR=1 ${command}; echo "exit:$?"; exec cat`
  run('new-session', '-d', '-x', '100', '-y', '30', '-c', folder, line)
  const screen = () => run('capture-pane', '-p')
  const waitFor = async (text: string) => {
    const deadline = Date.now() + 20_000
    while (!screen().includes(text)) {
      if (Date.now() > deadline) throw new Error(`not on the screen within 20 s: ${text}\n${screen()}`)
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
  return {
    screen,
    waitFor,
    type: (...keys: string[]) => void run('send-keys', ...keys),
    [Symbol.dispose]: () => void run('kill-server'),
  }
}

const init = `'${process.execPath}' '${cliPath}' init`

describe.skipIf(tmux === undefined)('the wizard on a terminal', () => {
  it('asks what no flag says, shows what is wrong with an answer, then makes the project', async () => {
    await using folder = await temporaryFolder()
    using screen = terminal(folder.path, init)
    await screen.waitFor('Which folder should the project go into?')
    screen.type('My Chat', 'Enter')
    await screen.waitFor('What is its name?')
    await screen.waitFor('my-chat')
    screen.type('BAD', 'Enter')
    await screen.waitFor('the name should have only a-z')
    screen.type('BSpace', 'BSpace', 'BSpace', 'lobby', 'Enter')
    await screen.waitFor('Where should it run first?')
    screen.type('Enter')
    await screen.waitFor('How many replicas?')
    expect(readdirSync(folder.path)).not.toContain('My Chat')
    screen.type('2', 'Enter')
    await screen.waitFor('exit:0')
    expect(screen.screen()).toContain("next: cd 'My Chat'")
    const yaml = readFileSync(join(folder.path, 'My Chat/rtdeploy.yaml'), 'utf8')
    expect(yaml).toContain('name: lobby\n')
    expect(yaml).toContain('replicas: 2\n')
  })

  it('takes the proposed answers with Enter alone', async () => {
    await using folder = await temporaryFolder()
    using screen = terminal(folder.path, init)
    for (const question of ['Which folder', 'Where should it run', 'How many replicas']) {
      await screen.waitFor(question)
      screen.type('Enter')
    }
    await screen.waitFor('exit:0')
    expect(readFileSync(join(folder.path, 'chat/rtdeploy.yaml'), 'utf8')).toContain('replicas: 3\n')
  })

  it('leaves nothing after Ctrl-C in a question, and exits 130', async () => {
    await using folder = await temporaryFolder()
    using screen = terminal(folder.path, `${init} chat`)
    await screen.waitFor('Where should it run first?')
    screen.type('C-c')
    await screen.waitFor('exit:130')
    expect(screen.screen()).toContain('interrupted')
    expect(existsSync(join(folder.path, 'chat'))).toBe(false)
  })

  it('asks nothing when flags say everything, and nothing in CI', async () => {
    await using folder = await temporaryFolder()
    using screen = terminal(folder.path, `${init} one --target local --replicas 2; CI=1 ${init} two`)
    await screen.waitFor('exit:2')
    expect(existsSync(join(folder.path, 'one/rtdeploy.yaml'))).toBe(true)
    expect(screen.screen()).toContain('nobody can be asked here, and these are open: --target, --replicas')
  })
})
