import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { setup as build } from '../../support/global-setup.ts'
import { sharedGoogle, testbedFolder, testbedHome } from '../../support/google-stand-in.ts'

const run = promisify(execFile)

/**
 * The testbed's load balancers clear up for a cluster that is there, or while they have never seen one. Where somebody had
 * one made and deleted in that Google, whatever the tests let go would stay for ever: they start afresh, then.
 */
export async function setup(): Promise<void> {
  build()
  const testbed = testbedFolder()
  const state = join(testbedHome(), 'lb', 'google.json')
  if (testbed === undefined || !existsSync(state)) return
  if (JSON.parse(readFileSync(state, 'utf8')).known !== true) return
  const clusters = 'container/v1/projects/testbed-project/locations/-/clusters'
  const headers = { authorization: 'Bearer testbed-access-token' }
  const answer = await fetch(`${await sharedGoogle(testbed)}/${clusters}`, { headers }).catch(() => undefined)
  if (answer?.ok !== true || (await answer.text()).includes('"name"')) return
  await run(join(testbed, 'lb', 'part'), ['reset'])
}
