import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { terraformFiles } from '../../../src/scaffold/terraform.ts'
import { gkeConfig, gkeConfigs, terraformTemplate } from '../../support/gke-configs.ts'

const git = spawnSync('git', ['--version']).status === 0

it.skipIf(!git)('git takes the Terraform files, and nothing that holds what is secret', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rtdeploy-ignored-'))
  const secret = [
    'errored.tfstate',
    'terraform.tfstate',
    'terraform.tfstate.backup',
    'up.tfplan',
    '.terraform/x',
  ]
  try {
    const files = terraformFiles(terraformTemplate(), 'chat', gkeConfig())
    const all = [
      ...files.map(file => [file.path, String(file.contents)] as const),
      ...secret.map(name => [`infra/terraform/${name}`, ''] as const),
    ]
    for (const [path, contents] of all) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), contents)
    }
    execFileSync('git', ['init', '-q'], { cwd: folder })
    const args = ['ls-files', '--others', '--exclude-standard']
    const taken = execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim().split('\n')
    expect(taken.sort()).toEqual(files.map(file => file.path).sort())
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

describe.each(Object.entries(gkeConfigs))('the Terraform of %s', (_, gke) => {
  const text = terraformFiles(terraformTemplate(), 'chat', gke)
    .map(file => String(file.contents))
    .join('\n')

  // Its API is not among those that are switched on, and the policy that a project has by itself admits everything.
  it('enforces no Binary Authorization, and says why', () => {
    expect(text).not.toMatch(/^ *binary_authorization/m)
    const clusters = text.match(/^resource "google_container_cluster"/gm) ?? []
    expect(text.match(/#checkov:skip=CKV_GCP_66:.{20,}/g) ?? []).toHaveLength(clusters.length)
  })

  // A pool that was imported has the bare name in its state, and another value replaces it.
  it('names the cluster of a pool as an import does', () => {
    const pools = text.match(/^resource "google_container_node_pool"/gm) ?? []
    expect(text.match(/^ {2}cluster +=.*$/gm) ?? []).toHaveLength(pools.length)
    expect(text).not.toContain('google_container_cluster.main.id')
  })

  it('can take away a zone that somebody put records into', () => {
    const [, zone = ''] = text.split('resource "google_dns_managed_zone" "host"')
    expect(/force_destroy = true/.test(zone)).toBe(gke.dns === 'zone')
  })
})
