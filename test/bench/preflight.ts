import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { readGkeFacts } from '../../src/facts/gke.ts'
import { configHelper } from '../../src/tools/gcloud.ts'
import { gkeConfig } from '../support/gke-configs.ts'
import { gkeHost } from '../support/gke-host.ts'
import { startGoogle, testbedFolder } from '../support/google-stand-in.ts'
import { median, type Row } from './row.ts'

const run = promisify(execFile)
const rounds = 9

/** Everything that is looked at before `up` on GKE, against the one process of gcloud in it, which is the slowest part. */
export async function benchPreflight(): Promise<Row[]> {
  const testbed = testbedFolder()
  const name = 'preflight for GKE / one process of gcloud'
  if (testbed === undefined)
    return [{ name, value: 0, unit: 'x', target: '<= 1.15', note: 'needs the testbed' }]
  await using google = await startGoogle(testbed)
  const gke = gkeConfig()
  const env = { ...process.env, ...google.env }
  const host = gkeHost(env, '/')
  const { command } = configHelper(gke.project)
  const bare: number[] = []
  const ours: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now()
    await run('gcloud', command.args.map(String), { env })
    const between = performance.now()
    await readGkeFacts(host, 'chat', gke)
    bare.push(between - began)
    ours.push(performance.now() - between)
  }
  const value = median(ours) / median(bare)
  const note = `${Math.round(median(ours))} ms / ${Math.round(median(bare))} ms`
  return [{ name, value, unit: 'x', target: '<= 1.15', ok: value <= 1.15, note }]
}
