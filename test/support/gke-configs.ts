import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GkeConfig } from '../../src/config/gke.ts'
import type { TreeFile } from '../../src/run/host.ts'
import { packageRoot } from './run-cli.ts'

/** A section `gke` with every default filled in. */
export function gkeConfig(given: Partial<GkeConfig> = {}): GkeConfig {
  return {
    project: 'testbed-project',
    region: 'us-central1',
    mode: 'autopilot',
    minimal: false,
    spot: false,
    entry: 'gateway',
    certificate: 'none',
    dns: 'records',
    redis: 'in-cluster',
    mongo: 'in-cluster',
    terraform: 'infra/terraform',
    manifests: 'infra/kubernetes',
    secrets: [],
    authorizedNetworks: {},
    ...given,
  }
}

const host = 'chat.example.com'

/** Choices that together take every part of templates/terraform, alone and with what goes with it. */
export const gkeConfigs: Readonly<Record<string, GkeConfig>> = {
  autopilot: gkeConfig(),
  standard: gkeConfig({ mode: 'standard', authorizedNetworks: { office: '203.0.113.0/24' } }),
  spot: gkeConfig({ mode: 'standard', spot: true, entry: 'ingress' }),
  minimal: gkeConfig({ mode: 'standard', minimal: true }),
  'minimal-zone': gkeConfig({ mode: 'standard', minimal: true, zone: 'us-central1-f', entry: 'ingress' }),
  certificate: gkeConfig({ host, certificate: 'managed' }),
  'ingress-zone': gkeConfig({ host, certificate: 'managed', entry: 'ingress', dns: 'zone' }),
  network: gkeConfig({ network: { name: 'shared', subnetwork: 'apps' }, redis: 'memorystore' }),
  'network-ranges': gkeConfig({
    mode: 'standard',
    network: { name: 'shared', subnetwork: 'apps', pods: 'apps-pods', services: 'apps-services' },
  }),
  'network-minimal': gkeConfig({
    mode: 'standard',
    minimal: true,
    network: { name: 'shared', subnetwork: 'apps' },
  }),
  cluster: gkeConfig({ cluster: { name: 'team', location: 'us-central1-b' } }),
  'cluster-everything': gkeConfig({
    cluster: { name: 'team' },
    host,
    certificate: 'managed',
    dns: 'zone',
    redis: 'memorystore',
    mongo: 'secret-manager',
  }),
  everything: gkeConfig({
    host,
    certificate: 'managed',
    dns: 'zone',
    redis: 'memorystore',
    mongo: 'secret-manager',
  }),
}

/** templates/terraform as it is read for `init`. */
export function terraformTemplate(): TreeFile[] {
  const folder = join(packageRoot, 'templates', 'terraform')
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .map(path => ({
      path: path.slice(folder.length + 1),
      contents: readFileSync(path, 'utf8'),
      executable: false,
    }))
}
