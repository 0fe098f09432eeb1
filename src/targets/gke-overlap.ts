import type { Plan, Step } from '../plan/plan.ts'

/** What of `publish` is done while `provision` runs. */
export interface Overlap {
  /** The plan of `provision`, with the build beside it where it takes long. */
  add(plan: Plan): Promise<Plan>
  /** What is left of `publish` then. */
  rest(plan: Plan): Plan
}

const isBuild = ({ id, action, skip }: Step) =>
  id === 'image.build' && action.kind === 'run' && skip === undefined

/**
 * Google makes a cluster in 5 to 12 minutes, and the image needs nothing of it: Docker or Podman build it meanwhile. The
 * push waits, because its repository is made by the same Terraform; so does Cloud Build, which builds and pushes in one.
 * `publish` plans the image, with or without what is noted of an earlier push.
 */
export function openOverlap(publish: (noted: boolean) => Promise<Plan>): Overlap {
  let built: string | undefined
  return {
    add: async plan => {
      built = undefined
      const todo = new Set(plan.steps.flatMap(({ id, skip }) => (skip === undefined ? id : [])))
      if (!todo.has('terraform.apply') || !todo.has('cluster.login')) return plan
      const early = await publish(!todo.has('image.forget'))
      const build = early.steps.find(isBuild)
      if (build === undefined) return plan
      built = build.title
      return { ...plan, beside: { ...early, steps: [build] } }
    },
    rest: plan => ({
      ...plan,
      steps: plan.steps.filter(step => !isBuild(step) || step.title !== built),
    }),
  }
}
