import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** kubectl's own look at what the last release applied, as the overlay has it: the same objects, asked in the same way. */
export function kubectlDiff(folder: string, env: Readonly<Record<string, string | undefined>>): void {
  const own = join(folder, '.rtdeploy/kubernetes')
  const how = ['--server-side', '--field-manager=rtdeploy', '--force-conflicts']
  const args = ['--kubeconfig', join(own, 'kubeconfig'), 'diff', ...how, '-k', join(own, 'overlay')]
  const { status, stderr } = spawnSync('kubectl', args, { env: { ...process.env, ...env }, cwd: folder })
  // 1 is a difference: what rtdeploy stamps on the objects is not in the overlay.
  if (status !== 0 && status !== 1) throw new Error(`kubectl diff ended with ${status}: ${stderr}`)
}
