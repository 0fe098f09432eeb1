import { arch, platform, release } from 'node:os'
import { memoryUsage, pid, uptime, versions } from 'node:process'
import { type Instance, redisVersion } from './instance.ts'
import { isSubscriber } from './session.ts'

type Section = Readonly<Record<string, string | number>>

/** The text of INFO: all sections, or those named. `rtdeploy_embedded:1` tells it from a real Redis. */
export function describeServer(instance: Instance, wanted: readonly string[]): string {
  const names = wanted.map(name => name.toLowerCase())
  const all = names.length === 0 || names.some(name => ['all', 'default', 'everything'].includes(name))
  return Object.entries(sections(instance))
    .filter(([name]) => all || names.includes(name.toLowerCase()))
    .map(([name, section]) => `# ${name}\r\n${lines(section)}`)
    .join('\r\n')
}

function lines(section: Section): string {
  return Object.entries(section)
    .map(([name, value]) => `${name}:${value}\r\n`)
    .join('')
}

function sections(instance: Instance): Readonly<Record<string, Section>> {
  const { keyspace, pubsub, readers, sessions } = instance
  const seconds = Math.floor((Date.now() - instance.startedAt) / 1000)
  const keys: Section =
    keyspace.size === 0 ? {} : { db0: `keys=${keyspace.size},expires=${keyspace.expiring},avg_ttl=0` }
  return {
    Server: {
      redis_version: redisVersion,
      redis_mode: 'standalone',
      server_name: 'rtdeploy embedded Redis',
      rtdeploy_embedded: 1,
      os: `${platform()} ${release()} ${arch()}`,
      node_version: versions.node,
      process_id: pid,
      run_id: instance.runId,
      tcp_port: instance.port,
      uptime_in_seconds: seconds,
      uptime_in_days: Math.floor(seconds / 86_400),
      process_uptime_in_seconds: Math.floor(uptime()),
    },
    Clients: {
      connected_clients: sessions.size,
      blocked_clients: readers.size,
      pubsub_clients: [...sessions.values()].filter(isSubscriber).length,
    },
    Memory: { used_memory: memoryUsage().heapUsed, used_memory_rss: memoryUsage().rss, maxmemory: 0 },
    Persistence: { loading: 0, rdb_bgsave_in_progress: 0, aof_enabled: 0 },
    Stats: {
      total_connections_received: instance.connectionsReceived,
      total_commands_processed: instance.commandsProcessed,
      pubsub_channels: pubsub.names('channel').length,
      pubsub_patterns: pubsub.names('pattern').length,
      pubsubshard_channels: pubsub.names('shard').length,
    },
    Replication: { role: 'master', connected_slaves: 0 },
    Cluster: { cluster_enabled: 0 },
    Keyspace: keys,
  }
}
