import { UserError } from '../errors.ts'
import { readCompute } from '../facts/gke-compute.ts'
import { readApi } from '../facts/gke-project.ts'
import type { CloudCondition, ClusterCondition } from '../plan/plan.ts'
import type { Host } from '../run/host.ts'
import type { Login } from '../tools/gcloud.ts'
import { clusterState, enabledServices, getResource, newestBuild } from '../tools/google-apis.ts'
import { isGroupOf } from '../tools/google-balancer.ts'
import { serviceOf } from '../tools/google-descriptions.ts'

type Tell = (text: string) => void

/** A read of each API that refuses as long as the API is off for whoever answers. */
const probes: Readonly<Record<string, (project: string, region: string) => string>> = {
  compute: (project, region) => `compute/v1/projects/${project}/regions/${region}`,
  container: (project, region) => `v1/projects/${project}/locations/${region}/clusters`,
  artifactregistry: (project, region) => `v1/projects/${project}/locations/${region}/repositories`,
}

export const isOfCloud = (until: ClusterCondition | CloudCondition): until is CloudCondition =>
  until.kind === 'apis' || until.kind === 'built' || until.kind === 'released' || until.kind === 'settled'

/** Looks at Google Cloud for a plan that waits. */
export async function lookAtCloud(
  host: Host,
  login: Login,
  until: CloudCondition,
  tell: Tell,
): Promise<boolean> {
  switch (until.kind) {
    case 'apis': {
      const { project, region, services } = until
      const enabled = await readApi(host, login, enabledServices(login, project, services))
      const on = enabled?.ok ? enabled.value.length : 0
      tell(`${on} of ${services.length} are on`)
      if (on < services.length) return false
      const waiting = await Promise.all(
        Object.entries(probes)
          .filter(([name]) => services.includes(`${name}.googleapis.com`))
          .map(async ([name, path]) => {
            const answer = await readApi(host, login, getResource(login, name, path(project, region)))
            return answer?.ok === false && answer.reason === 'SERVICE_DISABLED' ? [name] : []
          }),
      )
      const late = waiting.flat()
      if (late.length > 0) tell(`${late.join(', ')} not yet everywhere`)
      return late.length === 0
    }
    case 'settled': {
      const { project, location, cluster } = until
      const answer = await readApi(host, login, clusterState(login, project, location, cluster))
      return answer !== undefined && (!answer.ok || answer.value.status !== 'PROVISIONING')
    }
    case 'built': {
      const { project, tag } = until
      const answer = await readApi(host, login, newestBuild(login, project, tag))
      const build = answer?.ok === true ? answer.value : undefined
      if (build === undefined) return false
      tell(`Cloud Build says ${build.status.toLowerCase()}`)
      if (build.status === 'SUCCESS') return true
      if (['QUEUED', 'PENDING', 'WORKING'].includes(build.status)) return false
      throw new UserError(
        `Cloud Build could not build ${tag}: ${build.detail || build.status.toLowerCase()}`,
        {
          code: 'image.build-failed',
          hint: `its log: ${build.log || `https://console.cloud.google.com/cloud-build/builds?project=${project}`}`,
        },
      )
    }
    case 'released': {
      const items = await readCompute(host, login, until.project).catch((problem: unknown) => {
        if (problem instanceof UserError && problem.code === 'gke.unknown') return tell(problem.message)
        throw problem
      })
      if (items === undefined) return false
      const left = items.filter(
        item => isGroupOf(item, until.cluster) && serviceOf(item).namespace === until.namespace,
      )
      if (left.length > 0) tell(`${left.length} endpoint groups of the load balancer are still there`)
      return left.length === 0
    }
  }
}
