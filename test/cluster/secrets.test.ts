import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ClusterProject, clusterProject, kubeconfig } from './support/project.ts'

describe.skipIf(kubeconfig === undefined)('a secret', { timeout: 300_000 }, () => {
  it('is nowhere but in the Secret, and a new value rolls the pods', async () => {
    await using project = clusterProject({ build: true })
    const canary = 'canary-5f1e-do-not-show'
    const witness = argvWitness(project, ['kubectl', 'docker', 'git'])
    const first = await project.run(['up', '--no-verify', '--verbose'], {
      ...witness.env,
      COOKIE_SECRET: canary,
    })
    expect(`${first.exitCode} ${first.stderr}`).toMatch(/^0 /)
    const before = await project.kubectl('get', 'pods', '--output', 'name')
    const rotated = `${canary}-2`
    const planned = await project.run(['plan', '--json'], { ...witness.env, COOKIE_SECRET: rotated })
    const second = await project.run(['up', '--no-verify', '--verbose'], {
      ...witness.env,
      COOKIE_SECRET: rotated,
    })
    expect(second.stderr).toContain('secrets: COOKIE_SECRET changed')
    expect(await project.kubectl('get', 'pods', '--output', 'name')).not.toBe(before)
    const stored = await project.kubectl(
      'get',
      'secret',
      'tiny-secrets',
      '--output',
      'jsonpath={.data.COOKIE_SECRET}',
    )
    expect(Buffer.from(stored, 'base64').toString()).toBe(rotated)
    const kept = await project.run(['up', '--no-verify', '--json'])
    expect(JSON.parse(kept.stdout).outcome).toBe('nothing-to-do')
    const others = await project.kubectl(
      'get',
      'all,configmaps,events,leases,pods',
      '--output',
      'yaml',
      '--show-managed-fields',
    )
    const texts = [first, second, planned, kept].flatMap(run => [run.stdout, run.stderr])
    const argv = witness.read()
    expect(argv).toMatch(/kubectl .*apply/)
    expect(argv).toMatch(/docker .*push/)
    const image = await project.kubectl(
      'get',
      'deployment',
      'tiny',
      '--output',
      'jsonpath={.spec.template.spec.containers[0].image}',
    )
    const layers = execFileSync('docker', ['save', image], {
      env: { ...process.env, ...project.env },
      maxBuffer: 1 << 30,
    })
    expect(layers.includes('drains')).toBe(true)
    expect(layers.includes(canary)).toBe(false)
    const shown = [...texts, others, argv, ...filesBelow(join(project.folder, '.rtdeploy'))]
    const forms = [canary, Buffer.from(canary).toString('base64').slice(0, 24)]
    for (const text of shown) for (const form of forms) expect(text).not.toContain(form)
  })

  it('comes from a file outside git too, and is missed by name', async () => {
    await using project = clusterProject()
    project.edit('rtdeploy.yaml', text => text.replace('[COOKIE_SECRET]', '[API_KEY]'))
    const run = await project.run(['up', '--no-verify'])
    expect([run.exitCode, run.stderr]).toEqual([
      2,
      expect.stringContaining('no value for the secret API_KEY'),
    ])
    project.write('.rtdeploy/secrets.env', 'API_KEY="of the file"\n')
    expect((await project.run(['up', '--no-verify'])).exitCode).toBe(0)
    const stored = await project.kubectl(
      'get',
      'secret',
      'tiny-secrets',
      '--output',
      'jsonpath={.data.API_KEY}',
    )
    expect(Buffer.from(stored, 'base64').toString()).toBe('of the file')
  })
})

/** Programs that write down with what arguments they were called, and then do what they do. */
function argvWitness(project: ClusterProject, programs: readonly string[]) {
  const folder = join(project.folder, 'witness')
  const log = join(project.folder, 'argv.log')
  mkdirSync(folder)
  for (const program of programs) {
    const real = process.env.PATH?.split(':').find(path => existsSync(join(path, program)))
    writeFileSync(
      join(folder, program),
      `#!/bin/sh\necho "${program} $*" >> ${log}\nexec ${real}/${program} "$@"\n`,
    )
    chmodSync(join(folder, program), 0o755)
  }
  return { env: { PATH: `${folder}:${process.env.PATH}` }, read: () => readFileSync(log, 'utf8') }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(path => join(folder, path))
    .filter(path => statSync(path).isFile())
    .map(path => readFileSync(path, 'utf8'))
}
