import type { Check } from '../report/report.ts'
import {
  bestProof,
  count,
  isUnknownSession,
  replicaCounts,
  replicasSeen,
  sessionsOf,
  severalAnswer,
} from './evidence.ts'
import { affinityHint, hints, identityHint, logsHint, readinessHint, sameNameHint } from './hints.ts'
import type { Mechanism } from './mechanism.ts'
import type { Observations, SessionRecord } from './observations.ts'
import { titled } from './titles.ts'

const nameless = (identity: string): string =>
  identity === 'none'
    ? 'replicas have no names (identity none)'
    : `no replica gave its name (identity ${identity})`

export function judgeRefresh(observations: Observations, mechanism: Mechanism): Check {
  const check = {
    ...titled('refresh.host'),
    wanted: 'a client that keeps its cookies comes back to the same replica',
  }
  const sessions = sessionsOf(observations, 'refresh')
  const broken = sessions.filter(session => session.fault !== undefined)
  const hosts = sessions.map(session => session.replica ?? '?')
  const data = { loads: sessions.length, hosts }
  if (broken.length > 0) {
    const found = `${broken.length} of ${count(sessions.length, 'page load')} did not connect`
    return { ...check, status: 'fail', found, ...cause(observations, broken), data }
  }
  if (!observations.target.identityWorks || hosts.includes('?')) {
    return {
      ...check,
      status: 'skip',
      found: nameless(observations.wanted.identity),
      hint: identityHint(observations),
      data,
    }
  }
  const names = [...new Set(hosts)]
  if (names.length === 1) {
    const alone = replicasSeen(observations).length === 1 ? '; no other replica was seen' : ''
    return {
      ...check,
      status: 'pass',
      found: `${count(hosts.length, 'load')}, all on ${names[0]}${alone}`,
      data,
    }
  }
  const found = `${count(hosts.length, 'load')} on ${names.join(', ')}`
  const wanted = observations.wanted.affinity
  if (mechanism.kind === 'websocket-only' && (wanted === undefined || wanted === 'none')) {
    return {
      ...check,
      status: 'skip',
      found: `${found}; a server that takes WebSockets only needs no affinity`,
      data,
    }
  }
  const required = mechanism.kind === 'none' || mechanism.kind === 'cookie' || (wanted ?? 'none') !== 'none'
  return {
    ...check,
    status: required ? 'fail' : 'warn',
    found,
    why: 'affinity does not survive a new session: what a replica keeps in memory is gone after a reload',
    hint: affinityHint(observations),
    data,
  }
}

export function judgeSpread(observations: Observations, mechanism: Mechanism): Check {
  const expected = observations.wanted.expectedReplicas
  const check = {
    ...titled('spread.replicas'),
    wanted: expected === 1 ? '1 replica, as said' : `at least 2 of ${expected ?? 'several'} replicas`,
  }
  const sessions = sessionsOf(observations, 'spread')
  const broken = sessions.filter(session => session.fault !== undefined)
  const counts = replicaCounts(sessions)
  const names = Object.keys(counts)
  const data = { clients: sessions.length, failed: broken.length, replicas: counts }
  if (broken.length > 0) {
    const found = `${broken.length} of ${count(sessions.length, 'fresh client')} did not connect`
    return { ...check, status: 'fail', found, ...cause(observations, broken), data }
  }
  const alone = 'one replica was expected, so there is nothing to spread'
  if (names.length === 0) {
    if (expected === 1) return { ...check, status: 'skip', found: alone, data }
    const unnamed = observations.wanted.identity === 'none'
    return {
      ...check,
      status: unnamed ? 'skip' : 'warn',
      found: nameless(observations.wanted.identity),
      ...(unnamed
        ? {}
        : {
            why: 'nothing is proven about replicas: not that there are several, nor that messages cross them',
          }),
      hint: identityHint(observations),
      data,
    }
  }
  const histogram = names.map(name => `${name} ×${counts[name]}`).join(', ')
  const found = `${count(sessions.length, 'fresh client')}: ${histogram}`
  if (names.length > 1) {
    if (expected !== 1) return { ...check, status: 'pass', found, data }
    return {
      ...check,
      status: 'warn',
      found,
      why: 'more replicas answer than were expected',
      hint: hints.replicas,
      data,
    }
  }
  if (expected === 1) return { ...check, status: 'skip', found: `${found}; ${alone}`, data }
  return { ...check, found, ...oneReplica(observations, mechanism), data }
}

function oneReplica(
  observations: Observations,
  mechanism: Mechanism,
): Pick<Check, 'status' | 'why' | 'hint'> {
  const { expectedReplicas, affinity, identity } = observations.wanted
  if (severalAnswer(observations)) {
    const why = `sessions went astray, so several replicas answer: by ${identity} they all have the same name`
    return { status: 'warn', why, hint: sameNameHint(observations) }
  }
  if (expectedReplicas === undefined) {
    return {
      status: 'skip',
      why: 'there is a single replica, the balancer goes by client address, or all replicas have one name; from one machine these look the same',
      hint: hints.replicas,
    }
  }
  const pinned = 'affinity by client address sends one machine to one replica'
  if (affinity === 'client-ip')
    return { status: 'skip', why: `${pinned}: the others cannot be seen from here` }
  const reason = mechanism.kind === 'cookie' ? '' : `${pinned} (RT011), or `
  return {
    status: 'warn',
    why: `${reason}only one replica gets traffic, or all give the same name by ${identity}`,
    hint: `${readinessHint(observations)}; ${sameNameHint(observations)}`,
  }
}

function cause(observations: Observations, broken: readonly SessionRecord[]): { why: string; hint: string } {
  return isUnknownSession(broken[0]?.fault)
    ? {
        why: `RT008: polling without affinity. Proof: ${bestProof(broken)}`,
        hint: affinityHint(observations),
      }
    : { why: bestProof(broken), hint: logsHint(observations) }
}
