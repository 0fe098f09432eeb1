import { exitCodes, UserError } from '../errors.ts'
import { askCluster } from '../facts/cluster-connection.ts'
import {
  formatLease,
  type Holder,
  identityOf,
  type LiveLease,
  leaseSeconds,
  looksDead,
  microTime,
  parseLease,
  patchIfHeld,
} from '../kubernetes/lease.ts'
import { recordNames } from '../kubernetes/names.ts'
import { formatObjects, type KubernetesObject, objectsOf } from '../kubernetes/object.ts'
import type { Host } from '../run/host.ts'
import { type Cluster, getList, kubectl, kubectlLine } from '../tools/kubectl.ts'
import type { PlaceLock } from './target.ts'

const renewEveryMs = (leaseSeconds * 1000) / 3
const attempts = 10

/**
 * Takes the Lease `<name>-rtdeploy` of the namespace, so that of two runs on two machines one wins. A holder that
 * died is recognised: on this machine, since it was started, by its process, elsewhere by silence that we watch ourselves, since clocks differ.
 * Throws `lock.held` (exit 4) with holder and age.
 */
export async function acquireLease(
  host: Host,
  cluster: Cluster,
  name: string,
  command: string,
): Promise<PlaceLock> {
  const table = host.processTable()
  const holder: Holder = {
    who: `${host.env.USER ?? host.env.LOGNAME ?? 'somebody'}@${host.machine}`,
    machine: host.machine,
    ...host.self,
    ...(table === undefined ? {} : { table }),
    command,
    token: host.token(),
  }
  let watched: LiveLease | undefined
  for (let attempt = 0; attempt < attempts; attempt++) {
    const found = await readLease(host, cluster, name)
    if (found === undefined) {
      if (await write(host, cluster, 'create', formatLease(name, holder, host.now())))
        return held(host, cluster, name, holder)
      continue
    }
    const lease = parseLease(found)
    const free = lease.holder === undefined || (await isDead(host, lease.holder))
    const silent = watched?.identity === lease.identity && watched.renewed === lease.renewed
    if (!free && !silent) {
      if (watched !== undefined || !looksDead(lease, found, host.now()))
        throw heldBy(lease, cluster, name, host.now())
      watched = lease
      await host.sleep(leaseSeconds * 1000, host.interrupted)
      continue
    }
    const mine = formatLease(name, holder, host.now(), lease.resourceVersion)
    if (await write(host, cluster, 'replace', mine)) return held(host, cluster, name, holder)
  }
  throw new UserError('others keep taking the lock of this app', {
    code: 'lock.held',
    hint: kubectlLine(cluster, 'get', 'lease', recordNames(name).lease, '-o', 'yaml'),
    exitCode: exitCodes.locked,
  })
}

async function readLease(host: Host, cluster: Cluster, name: string): Promise<KubernetesObject | undefined> {
  const list = await askCluster(
    host,
    cluster,
    getList(cluster, ['leases.coordination.k8s.io', recordNames(name).lease]),
  )
  return objectsOf(list)[0]
}

const isDead = async (host: Host, { machine, table, pid, startedAt }: Holder) =>
  machine === host.machine &&
  table !== undefined &&
  table === host.processTable() &&
  pid > 0 &&
  !(await host.isAlive({ pid, startedAt }))

/** False when somebody else was quicker. */
async function write(
  host: Host,
  cluster: Cluster,
  verb: 'create' | 'replace',
  lease: KubernetesObject,
): Promise<boolean> {
  const query = {
    command: kubectl(cluster, [verb, '--filename', '-', '--output', 'name'], formatObjects([lease])),
    parse: (text: string) => text,
  }
  const ran = await host.run(query.command, { timeoutMs: 20_000 })
  if (ran.exitCode === 0) return true
  if (/AlreadyExists|Conflict|NotFound/.test(ran.stderr)) return false
  await askCluster(host, cluster, query)
  return true
}

/** Renews it as long as we live, and says when it was lost all the same. */
function held(host: Host, cluster: Cluster, name: string, holder: Holder): PlaceLock {
  const ended = new AbortController()
  const lost = new AbortController()
  const patch = (changes: Readonly<Record<string, unknown>>) =>
    host.run(
      kubectl(cluster, [
        'patch',
        'lease',
        recordNames(name).lease,
        '--type',
        'json',
        '--patch',
        patchIfHeld(holder, changes),
      ]),
      { timeoutMs: 10_000 },
    )
  const renew = async () => {
    while (!ended.signal.aborted) {
      const ran = await patch({ '/spec/renewTime': microTime(host.now()) })
      // A cluster that does not answer for a moment, or a Lease that `down` removed, is nobody else's lock.
      if (ran.exitCode !== 0 && /test.*failed|\(Invalid\)/i.test(ran.stderr) && !ended.signal.aborted)
        return lost.abort(lostTo(identityOf(holder)))
      await host.sleep(renewEveryMs, ended.signal)
    }
  }
  const renewing = host
    .sleep(renewEveryMs, ended.signal)
    .then(renew)
    .catch(() => undefined)
  return {
    lost: lost.signal,
    release: async () => {
      ended.abort()
      await renewing
      await patch({ '/spec/holderIdentity': '' })
    },
  }
}

function lostTo(identity: string): UserError {
  return new UserError(
    `the lock of this app was taken from ${identity}, which had been silent for too long`,
    {
      code: 'lock.lost',
      hint: 'another run goes on from here; rtdeploy status',
      exitCode: exitCodes.locked,
    },
  )
}

function heldBy(
  { holder, identity, acquired }: LiveLease,
  cluster: Cluster,
  name: string,
  now: number,
): UserError {
  const seconds = Math.max(0, Math.round((now - acquired) / 1000))
  const who = holder === undefined || holder.pid === 0 ? identity : `${holder.who} (process ${holder.pid})`
  const what = holder?.command ? `\`${holder.command}\` of ${who}` : who
  return new UserError(`${what} holds the lock of ${name} in ${cluster.namespace}, for ${seconds} s`, {
    code: 'lock.held',
    hint: 'wait until it has ended, then run this again',
    exitCode: exitCodes.locked,
  })
}
