import type { Config } from '../config/config.ts'
import { UserError } from '../errors.ts'
import { type BackendName, chooseRung } from '../local/backends/choose.ts'
import { describeHolder, portHint } from '../local/port-taken.ts'
import type { Check } from '../report/report.ts'
import type { FoundProgram, MachineFacts } from './programs.ts'

/** What `doctor` says of what it found, in the order in which a person would put things right. Pure. */
export function judgeMachine(facts: MachineFacts): Check[] {
  return [
    nodeCheck(facts.nodeVersion),
    ...facts.programs.map(program => programCheck(program, facts.platform)),
    gitCheck(facts.git, facts.platform),
    folderCheck(facts),
    configCheck(facts.config),
    rungCheck('redis', facts),
    rungCheck('mongo', facts),
    dockerCheck(facts),
    portCheck(facts),
    localCheck(facts),
  ]
}

/** How a program is installed on a platform. Pure. */
export function installHint(program: string, platform: string): string {
  const packages: Readonly<Record<string, string>> = { npm: 'npm', git: 'git', redis: 'redis-server' }
  const name = packages[program] ?? program
  if (platform === 'darwin') return `brew install ${name === 'redis-server' ? 'redis' : name}`
  if (platform === 'win32') return `winget install ${name}`
  return `sudo apt install ${name}`
}

// Node 20 had its last release in April 2026, 22 has it in April 2027: https://github.com/nodejs/Release
function nodeCheck(version: string): Check {
  const [major = 0] = version.split('.').map(Number)
  const base = {
    id: 'node.version',
    title: 'Node',
    wanted: 'one that still gets fixes: 22 or 24',
    found: version,
  }
  const hint = 'install Node 24: https://nodejs.org/en/download, or by the version manager that you use'
  if (major === 20) {
    return {
      ...base,
      status: 'warn',
      why: 'Node 20 is enough for rtdeploy, but gets no fixes since April 2026',
      hint,
    }
  }
  if (major % 2 === 1) {
    return {
      ...base,
      status: 'warn',
      why: 'odd versions get fixes for six months only',
      hint,
    }
  }
  return { ...base, status: 'pass' }
}

function programCheck({ name, path, version }: FoundProgram, platform: string): Check {
  const base = { id: `program.${name}`, title: name, wanted: 'on PATH' }
  if (path === undefined)
    return { ...base, status: 'fail', found: 'not on PATH', hint: installHint(name, platform) }
  return { ...base, status: 'pass', found: version === undefined ? path : `${version}, ${path}` }
}

function gitCheck(git: FoundProgram, platform: string): Check {
  const check = programCheck(git, platform)
  return check.status === 'fail'
    ? { ...check, status: 'warn', why: 'only you need it, rtdeploy does not' }
    : check
}

function folderCheck({ folder, writable }: MachineFacts): Check {
  const base = { id: 'folder.writable', title: 'this folder', wanted: 'can be written to' }
  return writable
    ? { ...base, status: 'pass', found: folder }
    : { ...base, status: 'fail', found: `${folder} cannot be written to`, hint: `ls -ld ${folder}` }
}

function configCheck(config: MachineFacts['config']): Check {
  const base = { id: 'config.valid', title: 'rtdeploy.yaml', wanted: 'there and valid' }
  if (config === undefined)
    return { ...base, status: 'skip', found: 'none in this folder', hint: 'rtdeploy init chat' }
  if (config instanceof UserError) {
    return {
      ...base,
      status: 'fail',
      found: [config.message, ...config.details].join('\n            '),
      hint: config.hint,
    }
  }
  return { ...base, status: 'pass', found: `${config.name}, target ${config.target}` }
}

function rungCheck(name: BackendName, facts: MachineFacts): Check {
  const title = { redis: 'Redis', mongo: 'MongoDB' }[name]
  const wanted = wantedRung(facts.config, name)
  const base = { id: `${name}.rung`, title, wanted: 'a real one, the same as in the cloud' }
  if (wanted === 'off') return { ...base, status: 'skip', found: 'off in rtdeploy.yaml' }
  const hint =
    name === 'redis' ? installHint('redis', facts.platform) : 'set MONGODB_URL, or rtdeploy up --download'
  try {
    const options = { run: '', database: '', packageRoot: '', nodePath: '', downloads: '', download: false }
    const { rung, label } = chooseRung({ ...options, name, wanted, facts: facts[name], requireReal: false })
    if (rung !== 'embedded') return { ...base, status: 'pass', found: label, data: { rung } }
    const why =
      'no URL is set, no program is on PATH and no image is there; the stand-in is enough to try things'
    return { ...base, status: 'warn', found: 'the embedded stand-in', why, hint, data: { rung } }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { ...base, status: 'fail', found: error.message, hint: error.hint }
  }
}

function wantedRung(config: MachineFacts['config'], name: BackendName): Config['backends'][BackendName] {
  return config === undefined || config instanceof UserError ? 'auto' : config.backends[name]
}

function dockerCheck({ docker, config }: MachineFacts): Check {
  const base = { id: 'docker.daemon', title: 'Docker', wanted: 'a daemon that answers' }
  if (docker !== undefined) return { ...base, status: 'pass', found: `${docker.program} ${docker.version}` }
  const who = isElsewhere(config) ? 'see image builder' : 'the target local does not need one'
  return { ...base, status: 'skip', found: `no daemon answers; ${who}` }
}

/** The project's replicas run on other machines. */
function isElsewhere(config: MachineFacts['config']): boolean {
  return config !== undefined && !(config instanceof UserError) && config.target !== 'local'
}

function portCheck({ port, local, config }: MachineFacts): Check {
  const base = { id: 'port.free', title: `port ${port.number}`, wanted: 'free for the front door' }
  const ours = local.alive && new URL(local.state?.url ?? 'http://127.0.0.1').port === String(port.number)
  if (ours) return { ...base, status: 'pass', found: 'held by this project' }
  if (port.free) return { ...base, status: 'pass', found: port.number === 0 ? 'a free one is taken' : 'free' }
  // Without a project it is only the port that a new one would get, and elsewhere only `dev` needs it.
  const status = config === undefined || isElsewhere(config) ? 'warn' : 'fail'
  return {
    ...base,
    status,
    found: `taken by ${describeHolder(port.holder)}`,
    hint: portHint(port.holder, 'up'),
  }
}

function localCheck({ local }: MachineFacts): Check {
  const base = { id: 'local.state', title: 'local target', wanted: 'running, or nothing left of it' }
  if (local.alive) return { ...base, status: 'pass', found: `running at ${local.state?.url}` }
  if (local.orphans.length > 0) {
    const found = `${local.orphans.length} processes that nobody looks after`
    return { ...base, status: 'warn', found, hint: 'rtdeploy down' }
  }
  return { ...base, status: 'pass', found: 'not running' }
}
