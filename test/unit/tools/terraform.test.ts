import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { shellLine } from '../../../src/command.ts'
import * as terraform from '../../../src/tools/terraform.ts'
import { existingOf, failureOfTerraform, lockOf } from '../../../src/tools/terraform-failures.ts'
import { parsePlan, parseState } from '../../../src/tools/terraform-plan.ts'

const recorded = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../recorded/terraform/1.11.4', name), 'utf8')

const workspace: terraform.Workspace = {
  folder: '/p/infra/terraform',
  data: '/p/.rtdeploy/gke/terraform',
  values: '/p/values.json',
  plan: '/p/tfplan',
  bucket: 'b',
  prefix: 'rtdeploy/production',
  env: {},
}
const folders = { folder: 'infra/staging/terraform', data: '.rtdeploy/gke-staging/terraform' }
const where = { project: 'testbed-project', region: 'us-central1', terraform: folders }

describe('terraform', () => {
  it.each([
    [
      terraform.terraformInit(workspace),
      'terraform init -input=false -no-color -reconfigure -backend-config=bucket=b -backend-config=prefix=rtdeploy/production',
    ],
    [
      terraform.terraformPlan(workspace, ['-destroy']),
      'terraform plan -input=false -no-color -detailed-exitcode -var-file=/p/values.json -out=/p/tfplan -destroy',
    ],
    [terraform.terraformApply(workspace), 'terraform apply -input=false -no-color /p/tfplan'],
    [
      terraform.terraformImport(workspace, 'a.b', 'id'),
      'terraform import -input=false -no-color -var-file=/p/values.json a.b id',
    ],
  ])('runs in its folder and keeps its data out of it', (command, line) => {
    expect(shellLine(command)).toBe(line)
    expect(command).toMatchObject({
      cwd: '/p/infra/terraform',
      env: { TF_DATA_DIR: '/p/.rtdeploy/gke/terraform' },
    })
  })
})

describe('a plan', () => {
  it('of an empty project creates everything, by name', () => {
    const changes = parsePlan(recorded('plan-create.json'))
    expect(new Set(changes.map(change => change.action))).toEqual(new Set(['create']))
    expect(changes).toContainEqual({
      address: 'google_container_cluster.main',
      type: 'google_container_cluster',
      action: 'create',
      name: 'chat',
      fields: [],
    })
  })

  it('tells what changes, from what to what', () => {
    const changes = parsePlan(recorded('plan-change.json'))
    expect(changes.map(change => `${change.action} ${change.address}`)).toEqual([
      'update google_container_cluster.main',
      'update google_redis_instance.main',
    ])
    expect(changes[1]?.fields).toEqual([{ path: 'memory_size_gb', before: '1', after: '2', forces: false }])
    expect(changes[0]?.fields).toContainEqual({
      path: 'deletion_protection',
      before: 'true',
      after: 'false',
      forces: false,
    })
  })

  it('tells what is replaced and which field forces it', () => {
    const changes = parsePlan(recorded('plan-replace.json'))
    const cluster = changes.find(change => change.address === 'google_container_cluster.main')
    expect(cluster).toMatchObject({ action: 'replace' })
    expect(cluster?.fields).toContainEqual({
      path: 'location',
      before: '"us-central1"',
      after: '"europe-west1"',
      forces: true,
    })
  })

  it('of a destroy destroys', () => {
    const actions = parsePlan(recorded('plan-destroy.json')).map(change => change.action)
    expect(new Set(actions)).toEqual(new Set(['destroy']))
  })

  it('never holds a sensitive value', () => {
    const change = {
      actions: ['update'],
      before: { auth_string: 'hunter2', size: 1 },
      after: { auth_string: 'hunter3', size: 2 },
      before_sensitive: { auth_string: true },
      after_sensitive: { auth_string: true },
      after_unknown: {},
    }
    const document = { format_version: '1.2', resource_changes: [{ address: 'a.b', type: 'a', change }] }
    const text = JSON.stringify(parsePlan(JSON.stringify(document)))
    expect(text).not.toContain('hunter')
    expect(text).toContain('(sensitive)')
  })

  it('says what is replaced only because its making was not seen to its end', () => {
    const document = (action_reason: string) =>
      JSON.stringify({
        format_version: '1.2',
        resource_changes: [
          { address: 'a.b', type: 'a', action_reason, change: { actions: ['delete', 'create'] } },
        ],
      })
    expect(parsePlan(document('replace_because_tainted'))).toMatchObject([
      { action: 'replace', tainted: true },
    ])
    expect(parsePlan(document('replace_because_cannot_update'))[0]).not.toHaveProperty('tainted')
  })

  it('of a state with such a resource has it', () => {
    const resources = [
      { address: 'a.b', mode: 'managed', tainted: true },
      { address: 'a.c', mode: 'managed' },
    ]
    const state = parseState(JSON.stringify({ values: { root_module: { resources } } }))
    expect(state).toMatchObject({ addresses: ['a.b', 'a.c'], tainted: ['a.b'] })
    expect(parseState('{"format_version":"1.0"}')).toMatchObject({ addresses: [], tainted: [] })
  })

  it('tells the firewall rules of a state by name, those that somebody added to our files', () => {
    const rule = (name: string, mode = 'managed') => ({
      address: `google_compute_firewall.${name}`,
      mode,
      type: 'google_compute_firewall',
      values: { name },
    })
    const network = {
      address: 'google_compute_network.main',
      mode: 'managed',
      type: 'google_compute_network',
    }
    const inModule = { child_modules: [{ resources: [rule('gke-webhooks')] }] }
    const root = { resources: [network, rule('gke-ssh'), rule('seen', 'data')], child_modules: [inModule] }
    const state = parseState(JSON.stringify({ values: { root_module: root } }))
    expect(state.firewalls).toEqual(['gke-ssh', 'gke-webhooks'])
  })

  it('that is none is refused', () => {
    expect(() => parsePlan('{}')).toThrow(/should print a plan/)
  })
})

describe('a failure of terraform', () => {
  it.each([
    ['apply-quota.txt', 'gke.quota', /SSD_TOTAL_GB: it takes 300\.0, 50\.0 are missing/],
    ['apply-denied.txt', 'gke.permission', /redis\.instances\.update/],
    ['plan-401.txt', 'gke.login', /no longer accepts/],
    ['plan-off.txt', 'gke.api-off', /not on everywhere yet/],
    ['plan-cluster-error.txt', 'gke.cluster-broken', /could not finish/],
    ['destroy-protected.txt', 'gke.protected', /protected/],
    ['apply-exists.txt', 'gke.exists', /there already/],
  ])('in %s is %s', (file, code, message) => {
    expect(failureOfTerraform(recorded(file), where)).toMatchObject({
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/.{10}/),
    })
  })

  it.each([
    ['firewalls/strangers', /not rtdeploy’s/],
    ['firewalls/k8s-fw-l7--4711', /controllers clear up/],
    ['networkEndpointGroups/k8s1-4711-app-80-0815', /controllers clear up/],
    ['firewalls/gke-chat-4711-all', /controllers clear up/],
    ['firewalls/gkegw1-4711-l7-default-global', /controllers clear up/],
  ])('because %s uses the network says who can help', (user, hint) => {
    const network = 'projects/testbed-project/global/networks/chat-vpc'
    const output = `Error: Error waiting for Deleting Network: The network resource '${network}' is already being\nused by 'projects/testbed-project/global/${user}', resourceInUseByAnotherResource`
    expect(failureOfTerraform(output, where)).toMatchObject({
      code: 'gke.in-use',
      message: `networks/chat-vpc cannot go yet: ${user} uses it`,
      hint: expect.stringMatching(hint),
    })
  })

  it('because an operation takes longer than Terraform waits is not one of the network', () => {
    const output =
      "Error: Error waiting for creating GKE cluster: timeout while waiting for state to become 'DONE' (last state: 'RUNNING', timeout: 40m0s)"
    expect(failureOfTerraform(output, where)).toMatchObject({ code: 'gke.slow' })
  })

  it('because there are no providers names what says more, in the folder of the environment', () => {
    expect(failureOfTerraform('Error: Failed to query available provider packages', where)).toMatchObject({
      code: 'terraform.providers',
      hint: expect.stringContaining(
        'TF_DATA_DIR="$PWD/.rtdeploy/gke-staging/terraform" terraform -chdir=infra/staging/terraform init',
      ),
    })
  })

  it('that nobody knows is none of ours', () => {
    expect(failureOfTerraform('Error: Missing required argument', where)).toBeUndefined()
  })

  it('because of a lock names who holds it and since when', () => {
    expect(lockOf(recorded('plan-locked.txt'))).toEqual({
      id: '1795265105608063',
      who: 'ann@laptop',
      operation: 'OperationTypeApply',
      since: Date.UTC(2026, 10, 21, 9, 40, 0, 123),
    })
    expect(lockOf(recorded('apply-quota.txt'))).toBeUndefined()
  })

  it('because things exist names all of them', () => {
    expect(existingOf(recorded('apply-exists.txt'))).toEqual([
      'google_compute_global_address.entry',
      'google_secret_manager_secret.mongo',
    ])
  })
})
