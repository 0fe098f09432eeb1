import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { terraformFiles } from '../../../src/scaffold/terraform.ts'
import { gkeConfig, terraformTemplate } from '../../support/gke-configs.ts'

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
