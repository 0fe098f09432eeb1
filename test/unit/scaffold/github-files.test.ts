// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of GitHub Actions
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { GithubProject } from '../../../src/scaffold/github-files.ts'
import { filesForGithub } from '../../support/github-project.ts'
import { gkeConfig } from '../../support/gke-configs.ts'

function filesOf(given: Partial<GithubProject> = {}): Record<string, string> {
  return Object.fromEntries(filesForGithub(given).map(file => [file.path, String(file.contents)]))
}

interface Step {
  readonly name?: string
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
}

interface Job {
  readonly if: string
  readonly permissions: Readonly<Record<string, string>>
  readonly concurrency?: { readonly group: string; readonly 'cancel-in-progress': boolean }
  readonly steps: readonly Step[]
}

interface Workflow {
  readonly on: unknown
  readonly permissions: unknown
  readonly env: unknown
  readonly defaults: unknown
  readonly jobs: Readonly<Record<'plan' | 'fork' | 'up', Job>>
}

function workflowOf(given: Partial<GithubProject> = {}): Workflow {
  const [path] = Object.keys(filesOf(given)).filter(name => name.startsWith('.github/'))
  return parse(filesOf(given)[path ?? ''] ?? '') as Workflow
}

const stepOf = (job: Job, name: string) => job.steps.find(step => step.name === name)

describe('the workflow', () => {
  it('plans pull requests and brings the branch up, with the version that wrote it', () => {
    const workflow = workflowOf({ branch: 'release/2.x' })
    expect(workflow.on).toEqual({ pull_request: null, push: { branches: ['release/2.x'] } })
    expect(workflow.env).toEqual({ RTDEPLOY: 'rtdeploy@1.2.3' })
    const { plan, up } = workflow.jobs
    expect(stepOf(plan, 'rtdeploy plan')?.run).toContain('npx --yes "$RTDEPLOY" plan --detailed-exitcode')
    expect(stepOf(up, 'rtdeploy up')?.run).toContain('npx --yes "$RTDEPLOY" up --yes')
  })

  it('gives an identity to what needs one, and none to forks', () => {
    const { jobs, permissions } = workflowOf()
    expect(permissions).toEqual({ contents: 'read' })
    const identity = { contents: 'read', 'id-token': 'write' }
    expect([jobs.plan.permissions, jobs.fork.permissions, jobs.up.permissions]).toEqual([
      identity,
      {},
      identity,
    ])
    expect(jobs.plan.if).toContain('github.event.pull_request.head.repo.full_name == github.repository')
    expect(jobs.fork.if).toContain('github.event.pull_request.head.repo.full_name != github.repository')
    expect(jobs.up.if).toBe("github.event_name == 'push'")
    expect(JSON.stringify(jobs.fork)).not.toMatch(/uses|secrets/)
  })

  it('logs in without keys, as another account to plan than to deploy', () => {
    const { plan, up } = workflowOf().jobs
    const login = (job: Job) => job.steps.find(step => step.uses?.startsWith('google-github-actions/auth@'))
    const provider =
      'projects/123456789012/locations/global/workloadIdentityPools/github-chat/providers/github'
    const account = (role: string) => ({
      workload_identity_provider: provider,
      service_account: `chat-${role}@testbed-project.iam.gserviceaccount.com`,
    })
    expect([login(plan)?.with, login(up)?.with]).toEqual([account('plan'), account('apply')])
    expect(JSON.stringify(filesOf())).not.toMatch(/credentials_json|service_account_key/)
  })

  it('runs one up after the other and cuts none off', () => {
    const { plan, up } = workflowOf().jobs
    expect(up.concurrency).toEqual({ group: 'rtdeploy-chat-up', 'cancel-in-progress': false })
    expect(plan.concurrency?.group).toBe('rtdeploy-chat-plan-${{ github.ref }}')
  })

  it('hands the secrets of the project to up, and only to up', () => {
    const gke = gkeConfig({ secrets: ['COOKIE_SECRET', 'GITHUB_TOKEN', 'REDIS_PASSWORD'] })
    const { plan, up } = workflowOf({ gke }).jobs
    expect(stepOf(up, 'rtdeploy up')?.env).toEqual({
      COOKIE_SECRET: '${{ secrets.COOKIE_SECRET }}',
      REDIS_PASSWORD: '${{ secrets.REDIS_PASSWORD }}',
    })
    expect(JSON.stringify(plan)).not.toContain('secrets.')
    expect(stepOf(workflowOf().jobs.up, 'rtdeploy up')?.env).toBeUndefined()
  })

  it('works in the folder of the project, under a name of its own, where the repository has more', () => {
    const given = { prefix: 'apps/chat/' }
    expect(Object.keys(filesOf(given))).toEqual([
      '.github/workflows/rtdeploy-chat.yml',
      'apps/chat/infra/terraform/github/github.tf',
      'apps/chat/infra/terraform/github/terraform.tfvars.json',
      'apps/chat/infra/terraform/github/.gitignore',
    ])
    expect(workflowOf(given).defaults).toEqual({ run: { shell: 'bash', 'working-directory': 'apps/chat' } })
    expect(workflowOf().defaults).toEqual({ run: { shell: 'bash' } })
  })
})

describe('the Terraform of the pool', () => {
  it('has its values in JSON and its state beside the state of the app', () => {
    const files = filesOf()
    expect(JSON.parse(files['infra/terraform/github/terraform.tfvars.json'] ?? '')).toMatchObject({
      project_id: 'testbed-project',
      name: 'chat',
      repository: 'acme/chat',
      branch: 'main',
      state_bucket: 'testbed-project-rtdeploy-chat',
    })
    const text = files['infra/terraform/github/github.tf']
    expect(text).toContain(
      'bucket = "testbed-project-rtdeploy-chat"\n    prefix = "rtdeploy/github-production"',
    )
  })

  it('lets in this repository only, and to the deploying account only pushes to the branch', () => {
    const text = filesOf()['infra/terraform/github/github.tf'] ?? ''
    expect(text).toContain(
      `attribute_condition                = "assertion.repository == '\${var.repository}'"`,
    )
    expect(text).toContain('/attribute.repository/${var.repository}"')
    expect(text).toContain('/attribute.run/${var.repository}:push:refs/heads/${var.branch}"')
  })

  it('lets the deploying account give no role but that of the nodes, and use accounts', () => {
    const text = filesOf()['infra/terraform/github/github.tf'] ?? ''
    const values = JSON.parse(filesOf()['infra/terraform/github/terraform.tfvars.json'] ?? '')
    expect(values.granted_roles).toEqual(['roles/container.defaultNodeServiceAccount'])
    expect(text).toContain(".hasOnly(['${join(\"', '\", var.granted_roles)}'])")
    expect(text.match(/"roles\/(?:resourcemanager\.projectIamAdmin|iam\.serviceAccountUser)"/g)).toHaveLength(
      2,
    )
  })

  it('lets the planning account read the password of a Memorystore, by a role of its own', () => {
    const valuesOf = (given: Partial<GithubProject>) =>
      JSON.parse(filesOf(given)['infra/terraform/github/terraform.tfvars.json'] ?? '')
    const gke = gkeConfig({ redis: 'memorystore' })
    expect(valuesOf({ gke }).plan_permissions).toEqual(['redis.instances.getAuthString'])
    expect(valuesOf({}).plan_permissions).toEqual([])
    const text = filesOf()['infra/terraform/github/github.tf'] ?? ''
    expect(text).toMatch(/"google_project_iam_custom_role" "plan" \{\n {2}count +=/)
    // https://cloud.google.com/iam/docs/reference/rest/v1/projects.roles/create
    expect(`rtdeploy.${'a'.repeat(28)}.plan`).toMatch(/^[a-zA-Z0-9_.]{3,64}$/)
  })

  it('keeps the names within what Google takes, for the longest and the shortest name', () => {
    for (const name of ['a', 'a'.repeat(20)]) {
      const ids = [`${name}-plan`, `${name}-apply`]
      for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/)
      expect(`github-${name}`).toMatch(/^[a-z][a-z0-9-]{2,30}[a-z0-9]$/)
      expect(`GitHub ${name}`.length).toBeLessThanOrEqual(32)
    }
  })
})
