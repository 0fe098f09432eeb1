import { describe, expect, it } from 'vitest'
import { liveTestbed } from '../support/google-stand-in.ts'
import { leftovers, madeTwice } from './support/calls.ts'
import { faults, onCluster } from './support/faults.ts'
import { ownGoogle } from './support/own-google.ts'

const testbed = liveTestbed()
const bucket = 'testbed-project-rtdeploy-tiny'
const compute = 'compute/v1/projects/testbed-project'

describe.skipIf(testbed === undefined)('an up that Google refuses', () => {
  const own = ownGoogle(testbed)

  const storage = (path: string, method: string, body?: string) =>
    fetch(`${own.google.url}/${path}`, {
      method,
      headers: { authorization: 'Bearer testbed-access-token', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    })

  it.each(faults)('says so when %s, and down leaves nothing', async (_, fault, exitCode, says) => {
    await own.google.admin('POST', 'faults', fault)
    const up = await own.project.run(['up', '--yes'])
    expect(`${up.exitCode} ${up.stderr}`).toMatch(new RegExp(`^${exitCode} `))
    expect(up.stderr).toMatch(says)
    await own.google.admin('DELETE', 'faults')
    const down = await own.project.run(['down', '--yes'])
    expect(`${down.exitCode} ${down.stderr}`).toMatch(/^0 /)
    expect(await leftovers(own.google)).toEqual([])
  })

  it('says whose it is when a stranger’s rule keeps the network, leaves it, and goes on when it is gone', async () => {
    await own.google.admin('POST', 'faults', faults[0]?.[1])
    await own.project.run(['up', '--yes'])
    await own.google.admin('DELETE', 'faults')
    const network = 'projects/testbed-project/global/networks/tiny-vpc'
    const rule = { name: 'strangers', network, direction: 'INGRESS', allowed: [{ IPProtocol: 'icmp' }] }
    const made = await storage(`${compute}/global/firewalls`, 'POST', JSON.stringify(rule))
    expect(made.status).toBe(200)
    own.project.edit('infra/terraform/network.tf', text => text.replace('delete = "15m"', 'delete = "5s"'))
    for (const args of [
      ['down', '--yes'],
      ['down', '--yes'],
    ]) {
      const down = await own.project.run(args)
      expect(`${down.exitCode} ${down.stderr}`).toMatch(/^1 [\s\S]*code: gke\.in-use/)
      expect(down.stderr).toMatch(/networks\/tiny-vpc cannot go yet: firewalls\/strangers uses it/)
      expect(down.stderr).toContain('not rtdeploy’s')
      expect((await storage(`${compute}/global/firewalls/strangers`, 'GET')).status).toBe(200)
    }
    await storage(`${compute}/global/firewalls/strangers`, 'DELETE')
    const down = await own.project.run(['down', '--yes'])
    expect(`${down.exitCode} ${down.stderr}`).toMatch(/^0 /)
    expect(await leftovers(own.google)).toEqual([])
  })

  it('says that Google takes longer than Terraform waits, and the next up goes on', async () => {
    const patience = (from: string, to: string) =>
      own.project.edit('infra/terraform/cluster.tf', text =>
        text.replace(`create = "${from}"`, `create = "${to}"`),
      )
    await own.google.admin('DELETE', 'calls')
    // Whatever Google takes is too long: nobody has to wait for it here.
    patience('40m', '1ms')
    const slow = await own.project.run(['up', '--yes', '--no-verify'])
    expect(`${slow.exitCode} ${slow.stderr}`).toMatch(
      /^1 [\s\S]*Google is still at work[\s\S]*code: gke\.slow/,
    )
    patience('1ms', '40m')
    const up = await own.project.run(['up', '--yes', '--no-verify'])
    expect(`${up.exitCode} ${up.stderr}`).toMatch(/^0 [\s\S]*✓ keep cluster tiny/)
    expect(await madeTwice(own.google)).toEqual([])
    const down = await own.project.run(['down', '--yes'])
    expect(`${down.exitCode} ${down.stderr}`).toMatch(/^0 /)
    expect(await leftovers(own.google)).toEqual([])
  })

  it('names who holds the lock of the state, and leaves it', async () => {
    await own.google.admin('POST', 'faults', faults[0]?.[1])
    await own.project.run(['up', '--yes'])
    await own.google.admin('DELETE', 'faults')
    const lock = {
      ID: '4711',
      Operation: 'OperationTypeApply',
      Who: 'ann@laptop',
      Version: '1.11.4',
      Created: new Date(Date.now() - 240_000).toISOString(),
      Path: '',
      Info: '',
    }
    const name = 'rtdeploy/production/default.tflock'
    await storage(
      `upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(name)}`,
      'POST',
      JSON.stringify(lock),
    )
    for (const verb of ['up', 'down']) {
      const run = await own.project.run([verb, '--yes'])
      expect(`${run.exitCode} ${run.stderr}`).toMatch(/^4 /)
      expect(run.stderr).toMatch(/ann@laptop holds the lock.*for 4 min[\s\S]*code: lock\.held/)
    }
    await storage(`storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`, 'DELETE')
  })

  it('takes down what is left when cluster and state are gone, and no more', async () => {
    await storage(
      `${compute}/global/networks`,
      'POST',
      JSON.stringify({ name: 'other-vpc', autoCreateSubnetworks: false }),
    )
    const group = {
      name: `k8s1-4711-${own.project.namespace}-tiny-80-0815`,
      network: `projects/testbed-project/global/networks/tiny-vpc`,
      networkEndpointType: 'GCE_VM_IP_PORT',
      description: JSON.stringify({
        'cluster-uid': '4711',
        namespace: own.project.namespace,
        'service-name': 'tiny',
        port: '80',
      }),
    }
    const made = await storage(
      `${compute}/zones/us-central1-a/networkEndpointGroups`,
      'POST',
      JSON.stringify(group),
    )
    expect(made.status).toBe(200)
    // What its controllers had for themselves, and what they let in: nobody clears that up without a cluster.
    const description =
      '{"cluster-uid":"4711","namespace":"kube-system","service-name":"default-http-backend"}'
    const system = { ...group, name: 'k8s1-4711-kube-system-default-http-backend-80-1', description }
    const groups = `${compute}/zones/us-central1-a/networkEndpointGroups`
    expect((await storage(groups, 'POST', JSON.stringify(system))).status).toBe(200)
    const rules = [
      ['gkegw1-4711-l7-tiny-vpc-global', 'tiny-vpc'],
      ['gkegw1-0815-l7-other-vpc-global', 'other-vpc'],
    ]
    for (const [name, on] of rules) {
      const network = `projects/testbed-project/global/networks/${on}`
      const rule = { name, network, direction: 'INGRESS', allowed: [{ IPProtocol: 'tcp' }] }
      expect((await storage(`${compute}/global/firewalls`, 'POST', JSON.stringify(rule))).status).toBe(200)
    }
    const state = encodeURIComponent('rtdeploy/production/default.tfstate')
    await storage(`storage/v1/b/${bucket}/o/${state}`, 'DELETE')
    const asked = await own.project.run(['down'])
    expect(`${asked.exitCode} ${asked.stderr}`).toMatch(/^2 [\s\S]*network endpoint group k8s1-4711/)
    expect(asked.stderr).toMatch(/NAT tiny-nat: about USD \d/)
    expect(asked.stderr).toContain('network endpoint group k8s1-4711-kube-system-default-http-backend')
    expect(asked.stderr).toContain('firewall rule gkegw1-4711-l7-tiny-vpc-global')
    const down = await own.project.run(['down', '--yes'])
    expect(`${down.exitCode} ${down.stderr}`).toMatch(/^0 [\s\S]*remove network tiny-vpc/)
    expect(await leftovers(own.google)).toEqual([])
    for (const stays of ['networks/other-vpc', 'firewalls/gkegw1-0815-l7-other-vpc-global'])
      expect((await storage(`${compute}/global/${stays}`, 'GET')).status).toBe(200)
  })

  it('leaves alone what has its name and is not its own', async () => {
    await own.google.admin('POST', 'services', { 'compute.googleapis.com': true })
    await storage(
      `${compute}/global/networks`,
      'POST',
      JSON.stringify({ name: 'tiny-vpc', autoCreateSubnetworks: false }),
    )
    const up = await own.project.run(['up', '--yes'])
    expect(`${up.exitCode} ${up.stderr}`).toMatch(
      /^1 [\s\S]*network tiny-vpc: there already, and not ours[\s\S]*code: gke\.exists/,
    )
    const rule = { name: 'gkegw1-0815-l7-tiny-vpc-global', allowed: [{ IPProtocol: 'tcp' }] }
    const on = { ...rule, network: 'projects/testbed-project/global/networks/tiny-vpc', direction: 'INGRESS' }
    expect((await storage(`${compute}/global/firewalls`, 'POST', JSON.stringify(on))).status).toBe(200)
    const down = await own.project.run(['down', '--yes'])
    expect(`${down.exitCode} ${down.stderr}`).toMatch(/^0 /)
    for (const stays of [`firewalls/${rule.name}`, 'networks/tiny-vpc'])
      expect((await storage(`${compute}/global/${stays}`, 'GET')).status).toBe(200)
    for (const theirs of [`firewalls/${rule.name}`, 'networks/tiny-vpc'])
      await storage(`${compute}/global/${theirs}`, 'DELETE')
  })

  it('lets one of two at once go on, and names it to the other', async () => {
    await own.google.admin('POST', 'faults', {
      match: onCluster,
      times: -1,
      kind: 'error',
      code: 403,
      message: 'no',
    })
    const first = own.project.start(['up', '--yes'])
    await first.seen('APIs')
    const second = await own.project.run(['up', '--yes'])
    expect(`${second.exitCode} ${second.stderr}`).toMatch(/^4 [\s\S]*code: lock\.held/)
    await first.done
    await own.google.admin('DELETE', 'faults')
    const down = await own.project.run(['down', '--yes'])
    expect(`${down.exitCode} ${down.stderr}`).toMatch(/^0 /)
  })

  it('makes nothing in a project that is not there', async () => {
    await own.google.admin('DELETE', 'calls')
    own.project.edit('rtdeploy.yaml', text => text.replaceAll('testbed-project', 'other-project'))
    const up = await own.project.run(['up', '--yes'])
    expect(`${up.exitCode} ${up.stderr}`).toMatch(/^3 [\s\S]*code: gke\.project/)
    expect(await leftovers(own.google)).toEqual([])
  })
})
