import type { Host } from '../run/host.ts'
import { contexts } from '../tools/kubectl.ts'
import { ask } from './ask.ts'

/** Names of the kubeconfig's contexts; none on a machine without kubectl or kubeconfig. */
export async function readContexts(host: Host): Promise<readonly string[]> {
  return (await ask(host, contexts(), 5_000)) ?? []
}
