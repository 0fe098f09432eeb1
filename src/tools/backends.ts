import type { Query } from '../command.ts'

/** `redis-server --version`, `valkey-server --version`: "Redis server v=7.0.15 sha=..." */
export function redisVersion(path: string): Query<string | undefined> {
  return {
    command: { program: path, args: ['--version'] },
    parse: stdout => /\bv=(\d[\w.]*)/.exec(stdout)?.[1],
  }
}

/** `mongod --version`: "db version v8.0.1"; `ferretdb --version`: "version: v1.24.0". */
export function mongoVersion(path: string): Query<string | undefined> {
  return {
    command: { program: path, args: ['--version'] },
    parse: stdout => /version:?\s+v?(\d[\w.]*)/i.exec(stdout)?.[1],
  }
}

/** The daemon's version, empty when no daemon answers: the client alone proves nothing. */
export function dockerDaemon(program: string): Query<string | undefined> {
  return {
    command: { program, args: ['version', '--format', '{{.Server.Version}}'] },
    parse: stdout => /^(\d\S*)/.exec(stdout.trim())?.[1],
  }
}

/** Succeeds when the image is on this machine. */
export function dockerHasImage(program: string, image: string): Query<boolean> {
  return {
    command: { program, args: ['image', 'inspect', '--format', '{{.Id}}', image] },
    parse: stdout => stdout.startsWith('sha256:'),
  }
}

/** Containers that carry a run's label, by id. */
export function dockerContainers(program: string, run: string): Query<readonly string[]> {
  return {
    command: { program, args: ['ps', '--all', '--quiet', '--filter', `label=rtdeploy.run=${run}`] },
    parse: stdout =>
      stdout
        .split('\n')
        .map(line => line.trim())
        .filter(Boolean),
  }
}
