import type { Check } from '../report/report.ts'
import type { GkeFacts } from './gke.ts'
import { judgeProject } from './gke-project-checks.ts'
import type { FoundProgram } from './programs.ts'

/** What `doctor` and `up` say before anything in Google Cloud is made, in the order in which a person puts things right. Pure. */
export function judgeGke(facts: GkeFacts): Check[] {
  const { gcloud, plugin, terraform, kubectl } = facts.programs
  return [
    programCheck(gcloud, facts.platform),
    programCheck(plugin, facts.platform, gcloud.path),
    programCheck(terraform, facts.platform),
    programCheck(kubectl, facts.platform),
    builderCheck(facts),
    loginCheck(facts),
    credentialsCheck(facts),
    ...judgeProject(facts),
  ]
}

/**
 * What we call of each: `--location` of get-credentials, `required_version` of the Terraform files, server-side apply with
 * `--validate=strict`; the plugin by itself does not say a version that could be compared.
 */
const oldest: Readonly<Record<string, string>> = { gcloud: '450.0.0', terraform: '1.5.0', kubectl: '1.27.0' }

const olderThan = (version: string, least: string) =>
  version.localeCompare(least, 'en', { numeric: true, sensitivity: 'base' }) < 0

/** A program by its version, and how it is installed or updated. Pure. */
export function programCheck(program: FoundProgram, platform: string, sdk?: string): Check {
  const { name, path, version } = program
  const least = oldest[name]
  const base = {
    id: `program.${name}`,
    title: name,
    wanted: least === undefined ? 'on PATH' : `${least} or newer`,
  }
  const hint = installGke(name, platform, sdk)
  if (path === undefined) return { ...base, status: 'fail', found: 'not on PATH', hint }
  if (version === undefined) return { ...base, status: 'pass', found: path }
  const found = `${version}, ${path}`
  if (least !== undefined && olderThan(version, least)) return { ...base, status: 'fail', found, hint }
  return { ...base, status: 'pass', found }
}

/** How a program of the target `gke` is installed or updated: one command. Pure. */
export function installGke(name: string, platform: string, sdk?: string): string {
  const commands: Readonly<Record<string, readonly [mac: string, windows: string, other: string]>> = {
    gcloud: [
      'brew install --cask gcloud-cli',
      'winget install Google.CloudSDK',
      'sudo snap install google-cloud-cli --classic',
    ],
    terraform: [
      'brew install hashicorp/tap/terraform',
      'winget install Hashicorp.Terraform',
      'sudo snap install terraform --classic',
    ],
    kubectl: [
      'brew install kubernetes-cli',
      'winget install Kubernetes.kubectl',
      'sudo snap install kubectl --classic',
    ],
  }
  // An SDK from Debian's packages refuses to install components by itself.
  const packaged = sdk?.startsWith('/usr/bin/') === true
  const known = commands[name]
  if (known === undefined) {
    return packaged ? `sudo apt install google-cloud-cli-${name}` : `gcloud components install ${name}`
  }
  const [mac, windows, other] = known
  if (platform === 'darwin') return mac
  return platform === 'win32' ? windows : other
}

function builderCheck({ programs: { docker } }: GkeFacts): Check {
  const base = {
    id: 'image.builder',
    title: 'image builder',
    wanted: 'Docker or Podman, or else Cloud Build',
  }
  return docker === undefined
    ? {
        ...base,
        status: 'warn',
        found: 'no daemon answers',
        why: 'Cloud Build builds the image: slower, and not free',
      }
    : { ...base, status: 'pass', found: `${docker.program} ${docker.version}` }
}

function loginCheck({ login }: GkeFacts): Check {
  const base = { id: 'gke.login', title: 'Google login', wanted: 'gcloud is logged in' }
  if (login.ok) return { ...base, status: 'pass', found: login.login.account }
  const lines = login.output.trim().split('\n')
  switch (login.problem) {
    case 'absent':
      return { ...base, status: 'skip', found: 'there is no gcloud' }
    case 'none':
      return { ...base, status: 'fail', found: 'nobody is logged in', hint: 'gcloud auth login' }
    case 'expired':
      return { ...base, status: 'fail', found: 'the login has expired', hint: 'gcloud auth login' }
    case 'failed':
      return {
        ...base,
        status: 'fail',
        found: lines[0] || 'gcloud fails',
        hint: 'gcloud auth print-access-token',
      }
  }
}

function credentialsCheck({ credentials }: GkeFacts): Check {
  const base = {
    id: 'gke.credentials',
    title: 'Terraform’s login',
    wanted: 'gcloud’s, or one that is set for it',
  }
  if (credentials === undefined) return { ...base, status: 'pass', found: 'the same as gcloud’s' }
  const { variable, missing } = credentials
  if (missing === undefined) return { ...base, status: 'pass', found: `from ${variable}` }
  const found = `${variable} names ${missing}, which is not there`
  return { ...base, status: 'fail', found, hint: `unset ${variable}` }
}
