import { expect, it } from 'vitest'
import { nextLines, ownCommand } from '../../../src/scaffold/next.ts'

it.each([
  [undefined, 'rtdeploy'],
  ['', 'rtdeploy'],
  ['npm/11.19.1 node/v20.20.2 linux x64', 'npx rtdeploy'],
  ['pnpm/10.1.0 npm/? node/v22', 'pnpm dlx rtdeploy'],
  ['yarn/1.22.22 npm/? node/v22', 'npx rtdeploy'],
  ['yarn/4.5.0 npm/? node/v22', 'yarn dlx rtdeploy'],
  ['bun/1.2.0 npm/?', 'bunx rtdeploy'],
])('under %j a person calls us by `%s`', (agent, expected) => {
  expect(ownCommand(agent === undefined ? {} : { npm_config_user_agent: agent }).join(' ')).toBe(expected)
})

it('says to go into the folder first, quoted for a shell', () => {
  expect(nextLines({}, '/w', '/w/my chat')).toEqual(["cd 'my chat'", 'rtdeploy up'])
  expect(nextLines({}, '/w/chat', '/w/chat')).toEqual(['rtdeploy up'])
  expect(nextLines({}, '/w/a', '/w/b')).toEqual(['cd ../b', 'rtdeploy up'])
})
