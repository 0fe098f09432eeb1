import { arch, hostname, release, totalmem, type } from 'node:os'
import { maxDocumentBytes } from '../bson/codec.ts'
import type { Doc } from '../bson/kinds.ts'
import { MongoError } from '../mongo-error.ts'
import { maxMessageBytes } from '../wire/frames.ts'
import { type Command, type Request, sessionKey } from './request.ts'

/** The version of MongoDB whose behaviour and messages this server follows. */
const followed = [7, 0, 0] as const

/** How the server calls itself, so that nobody takes it for the real one. */
export const serverVersion = `${followed.join('.')}-rtdeploy-embedded`

/** Wire versions of MongoDB 7.0. https://github.com/mongodb/specifications/blob/master/source/wireversion-featurelist/wireversion-featurelist.md */
const wireVersions = { minWireVersion: 0, maxWireVersion: 21 }

/** https://www.mongodb.com/docs/v7.0/reference/command/hello/ */
export const maxWriteBatchSize = 100_000

/**
 * A standalone server. Without topologyVersion a driver asks again and again instead of keeping one answer open, and
 * with a standalone it neither retries writes nor starts transactions.
 */
function hello(request: Request): Doc {
  return {
    helloOk: true,
    ...(request.name === 'hello' ? { isWritablePrimary: true } : { ismaster: true }),
    maxBsonObjectSize: maxDocumentBytes,
    maxMessageSizeBytes: maxMessageBytes,
    maxWriteBatchSize,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    connectionId: request.connectionId,
    ...wireVersions,
    readOnly: false,
  }
}

const helloFields = [
  ...['hello', 'ismaster', 'isMaster', 'helloOk', 'client', 'compression', 'saslSupportedMechs'],
  ...['speculativeAuthenticate', 'topologyVersion', 'maxAwaitTimeMS', 'loadBalanced', 'backpressure'],
]

function endSessions(request: Request): Doc {
  for (const session of request.list(request.name)) {
    const key = sessionKey(session)
    if (key !== undefined) request.shared.cursors.endSession(key)
  }
  return {}
}

function noUsers(): never {
  throw new MongoError(
    18,
    "Authentication failed: rtdeploy's embedded MongoDB has no users, so leave name and password out of the URL",
  )
}

function buildInfo(): Doc {
  return {
    version: serverVersion,
    gitVersion: 'unknown',
    modules: [],
    // Says whose server this is, for people and for checks that must not pass on a stand-in.
    embedded: 'rtdeploy',
    versionArray: [...followed, 0],
    bits: 64,
    debug: false,
    maxBsonObjectSize: maxDocumentBytes,
  }
}

function hostInfo(): Doc {
  return {
    system: {
      currentTime: new Date(),
      hostname: hostname(),
      cpuAddrSize: 64,
      memSizeMB: Math.round(totalmem() / 1024 / 1024),
      cpuArch: arch(),
    },
    os: { type: type(), name: type(), version: release() },
    extra: {},
  }
}

function parameters(request: Request): Doc {
  const known: Doc = { featureCompatibilityVersion: { version: '7.0' }, ttlMonitorEnabled: true }
  if (request.body.getParameter === '*') return known
  const asked = Object.keys(known).filter(name => request.body[name] !== undefined)
  if (asked.length === 0) throw new MongoError(72, 'no option found to get')
  return Object.fromEntries(asked.map(name => [name, known[name]]))
}

function status(request: Request): Doc {
  const { shared } = request
  return {
    host: hostname(),
    version: serverVersion,
    process: 'rtdeploy',
    pid: process.pid,
    uptime: (Date.now() - shared.startedAt) / 1000,
    localTime: new Date(),
    metrics: { cursor: { open: { total: shared.cursors.size } } },
  }
}

/** Commands about the server and its connections. */
export const handshakeCommands: Readonly<Record<string, Command>> = {
  hello: { fields: helloFields, run: hello },
  ismaster: { fields: helloFields, run: hello },
  isMaster: { fields: helloFields, run: hello },
  ping: { fields: [], run: () => ({}) },
  buildInfo: { fields: [], run: buildInfo },
  buildinfo: { fields: [], run: buildInfo },
  hostInfo: { fields: [], run: hostInfo },
  getParameter: {
    fields: ['featureCompatibilityVersion', 'ttlMonitorEnabled', 'allParameters'],
    run: parameters,
  },
  getLog: {
    fields: [],
    run: ({ body }) =>
      body.getLog === '*' ? { names: ['global', 'startupWarnings'] } : { totalLinesWritten: 0, log: [] },
  },
  getCmdLineOpts: {
    fields: [],
    run: ({ shared }) => ({ argv: ['rtdeploy'], parsed: { net: { port: shared.port } } }),
  },
  serverStatus: { fields: ['repl', 'metrics', 'locks', 'tcmalloc'], run: status },
  connectionStatus: {
    fields: ['showPrivileges'],
    run: () => ({ authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] } }),
  },
  whatsmyuri: { fields: [], run: () => ({ you: '127.0.0.1' }) },
  endSessions: { fields: [], run: endSessions },
  killSessions: { fields: [], run: endSessions },
  refreshSessions: { fields: [], run: () => ({}) },
  killAllSessions: { fields: [], run: () => ({}) },
  saslStart: { fields: ['mechanism', 'payload', 'options', 'autoAuthorize'], run: noUsers },
  authenticate: { fields: ['mechanism', 'user'], run: noUsers },
  logout: { fields: [], run: () => ({}) },
}
