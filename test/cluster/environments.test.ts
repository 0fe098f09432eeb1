import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { clusterProject, kubeconfig } from './support/project.ts'

const staging = ['--env', 'staging'] as const
const report = (run: { readonly stdout: string }) => JSON.parse(run.stdout)

describe.skipIf(kubeconfig === undefined)('environments in one cluster', { timeout: 300_000 }, () => {
  it('stand in namespaces beside each other, each with values of its own', async () => {
    await using project = clusterProject({ replicas: 2 })
    const namespace = `${project.namespace}-staging`
    const overlay = { app: { replicas: 1, env: { GREETING: 'servus' } } }
    project.edit('rtdeploy.yaml', text => `${text}environments: ${JSON.stringify({ staging: overlay })}\n`)
    mkdirSync(join(project.folder, '.rtdeploy'))
    project.write('.rtdeploy/secrets-staging.env', 'COOKIE_SECRET=of-staging-alone\n')
    const read = async (where: string, what: string, path: string) =>
      project.kubectl('--namespace', where, 'get', what, '--output', `jsonpath={${path}}`)
    try {
      const up = await project.run(['up', '--no-verify'])
      expect(`${up.exitCode} ${up.stderr}`).toMatch(/^0 /)
      const before = await read(project.namespace, 'pods', '.items[*].metadata.uid')
      const plan = await project.run(['plan', ...staging])
      expect(plan.stdout).toMatch(/^environment staging\n/)
      const other = await project.run(['up', ...staging, '--no-verify'])
      expect(`${other.exitCode} ${other.stderr}`).toMatch(/^0 /)
      expect(await read(namespace, 'deployment/tiny', '.spec.replicas')).toBe('1')
      expect(await read(namespace, 'configmap/tiny-config', '.data.GREETING')).toBe('servus')
      expect(await read(project.namespace, 'configmap/tiny-config', '.data.GREETING')).not.toBe('servus')
      const password = 'secret/tiny-secrets'
      const ofStaging = Buffer.from(await read(namespace, password, '.data.COOKIE_SECRET'), 'base64')
      expect(ofStaging.toString()).toBe('of-staging-alone')
      expect(await read(project.namespace, password, '.data.COOKIE_SECRET')).not.toBe(
        ofStaging.toString('base64'),
      )
      const status = report(await project.run(['status', ...staging, '--json']))
      expect(status).toMatchObject({ environment: 'staging', result: { namespace, running: true } })
      const again = report(await project.run(['up', ...staging, '--no-verify', '--json']))
      expect(again.outcome).toBe('nothing-to-do')
      const down = await project.run(['down', ...staging, '--yes'])
      expect(`${down.exitCode} ${down.stderr}`).toMatch(/^0 /)
      await expect(project.kubectl('get', 'namespace', namespace)).rejects.toThrow('NotFound')
      expect(await read(project.namespace, 'pods', '.items[*].metadata.uid')).toBe(before)
      const untouched = report(await project.run(['up', '--no-verify', '--json']))
      expect(untouched.outcome).toBe('nothing-to-do')
    } finally {
      await project.kubectl('delete', 'namespace', namespace, '--ignore-not-found')
    }
  })
})
