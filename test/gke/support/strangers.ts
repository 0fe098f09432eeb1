import type { GkeConfig } from '../../../src/config/gke.ts'
import type { GoogleStandIn } from '../../support/google-stand-in.ts'
import { runProgram } from '../../support/run-cli.ts'

/** What others made in the project, by hand and before anybody thought of us. */
export interface Strangers extends AsyncDisposable {
  /** All of it as gcloud describes it, by kind. */
  describe(): Promise<Readonly<Record<string, unknown>>>
}

const region = '--region=us-central1'
const services = ['compute.googleapis.com', 'container.googleapis.com']

/** Makes the network or the cluster that a configuration names, with all that such things have; nothing when it names none. */
export async function strangersOf(
  google: GoogleStandIn,
  { network, cluster }: Pick<GkeConfig, 'network' | 'cluster'>,
): Promise<Strangers> {
  const gcloud = async (...args: readonly string[]): Promise<string> => {
    const ran = await runProgram('gcloud', [...args, '--quiet'], {
      cwd: '/',
      env: { ...google.env, CLOUDSDK_CORE_DISABLE_PROMPTS: '1' },
    })
    if (ran.exitCode !== 0) throw new Error(`gcloud ${args.join(' ')}: ${ran.stderr}`)
    return ran.stdout
  }
  if (network === undefined && cluster === undefined) {
    return { describe: async () => ({}), [Symbol.asyncDispose]: async () => undefined }
  }
  await google.admin('POST', 'services', Object.fromEntries(services.map(name => [name, true])))
  const { name = 'shared', subnetwork = 'apps' } = network ?? {}
  const place = `--location=${cluster?.location ?? 'us-central1'}`
  await gcloud('compute', 'networks', 'create', name, '--subnet-mode=custom')
  const ranges = '--secondary-range=apps-pods=10.80.0.0/16,apps-services=10.90.0.0/20'
  const on = `--network=${name}`
  const subnets = ['compute', 'networks', 'subnets'] as const
  await gcloud(...subnets, 'create', subnetwork, on, region, '--range=10.70.0.0/20', ranges)
  await gcloud('compute', 'routers', 'create', 'team-router', on, region)
  const nat = ['--router=team-router', region]
  const all = ['--auto-allocate-nat-external-ips', '--nat-all-subnet-ip-ranges']
  await gcloud('compute', 'routers', 'nats', 'create', 'team-nat', ...nat, ...all)
  if (cluster !== undefined) {
    const where = [place, on, `--subnetwork=${subnetwork}`, '--enable-ip-alias', '--num-nodes=1']
    await gcloud('container', 'clusters', 'create', cluster.name, ...where, '--gateway-api=standard')
  }
  const described = async (...args: readonly string[]): Promise<unknown> =>
    JSON.parse(await gcloud(...args, '--format=json'))
  return {
    describe: async () => ({
      network: await described('compute', 'networks', 'describe', name),
      subnetwork: await described(...subnets, 'describe', subnetwork, region),
      router: await described('compute', 'routers', 'describe', 'team-router', region),
      ...(cluster === undefined
        ? {}
        : { cluster: await described('container', 'clusters', 'describe', cluster.name, place) }),
    }),
    [Symbol.asyncDispose]: async () => {
      if (cluster !== undefined) await gcloud('container', 'clusters', 'delete', cluster.name, place)
      await gcloud('compute', 'routers', 'delete', 'team-router', region)
      await gcloud(...subnets, 'delete', subnetwork, region)
      await gcloud('compute', 'networks', 'delete', name)
    },
  }
}
