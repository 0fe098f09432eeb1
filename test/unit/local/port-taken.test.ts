import { describe, expect, it } from 'vitest'
import { describeHolder, portHint } from '../../../src/local/port-taken.ts'

const holder = (command: string) => ({ pid: 7, startedAt: 'x', command, run: undefined, cwd: undefined })
const supervisor = holder(
  '/usr/bin/node /opt/rtdeploy/dist/supervisor-main.js /opt/rtdeploy /home/a b/.rtdeploy/local/spec.json',
)

describe('who holds a port', () => {
  it.each([
    [undefined, 'another program'],
    [holder('/usr/bin/node /srv/server.js --token canary'), 'process 7 (node server.js)'],
    [holder('java -Dpassword=canary -jar x.jar'), 'process 7 (java)'],
    [holder('nginx'), 'process 7 (nginx)'],
    [supervisor, 'another rtdeploy project: /home/a b'],
  ])('is told without secrets: %j', (found, told) => expect(describeHolder(found)).toBe(told))

  it('decides what frees it', () => {
    expect(portHint(supervisor, 'up')).toMatch(/^cd '\/home\/a b' && rtdeploy down; or: rtdeploy up --port 0/)
    expect(portHint(undefined, 'dev')).toMatch(/^rtdeploy dev --port 0/)
  })
})
