import { describe, expect, it } from 'vitest'
import { describePlan, type Plan, type Step } from '../../../src/plan/plan.ts'
import { openOverlap } from '../../../src/targets/gke-overlap.ts'

const step = (id: string, more: Partial<Step> = {}): Step => ({
  id,
  title: id,
  action: { kind: 'run', command: { program: id, args: [] } },
  ...more,
})
const done = { skip: 'up to date' }
const plan = (stage: string, ...steps: Step[]): Plan => ({ verb: 'up', stage, steps })
const fresh = plan('provision', step('terraform.apply'), step('image.forget'), step('cluster.login'))
const build = step('image.build', { title: 'build app:1' })
const publish = plan('publish', build, step('image.push'))

function overlap(made: Plan) {
  const asked: boolean[] = []
  const opened = openOverlap(async noted => {
    asked.push(noted)
    return made
  })
  return { ...opened, asked }
}

describe('the build of the image', () => {
  it('stands beside the making of a cluster, and publish has only the rest to do', async () => {
    const { add, rest, asked } = overlap(publish)
    const both = await add(fresh)
    expect(both.beside).toEqual({ verb: 'up', stage: 'publish', steps: [build] })
    expect(rest(publish).steps.map(({ id }) => id)).toEqual(['image.push'])
    // What was pushed to a repository that is made anew is not there.
    expect(asked).toEqual([false])
    expect(describePlan(both)).toMatch(/cluster\.login\nmeanwhile\n\+ build app:1\n {4}\$ image\.build$/)
  })

  it('believes what is noted of an earlier push to a repository that stays', async () => {
    const { add, asked } = overlap(plan('publish', { ...build, ...done }, step('image.push', done)))
    const both = await add(plan('provision', step('terraform.apply'), step('cluster.login')))
    expect([both.beside, asked]).toEqual([undefined, [true]])
  })

  it.each([
    ['nothing is made', plan('provision', step('terraform.apply', done), step('cluster.login', done))],
    ['the cluster is there', plan('provision', step('terraform.apply'), step('cluster.login', done))],
    ['only the login is new', plan('provision', step('terraform.apply', done), step('cluster.login'))],
  ])('waits for its turn when %s', async (_, provision) => {
    const { add, rest, asked } = overlap(publish)
    expect(await add(provision)).toBe(provision)
    expect([rest(publish).steps, asked]).toEqual([publish.steps, []])
  })

  it('is left to Cloud Build in its turn: that pushes as well', async () => {
    const waiting = { kind: 'built', project: 'p', tag: 'app:1' } as const
    const elsewhere = plan('publish', step('image.submit'), {
      ...build,
      action: { kind: 'wait', until: waiting, timeoutMs: 1, everyMs: 1 },
    })
    const { add, rest } = overlap(elsewhere)
    expect((await add(fresh)).beside).toBeUndefined()
    expect(rest(elsewhere).steps).toEqual(elsewhere.steps)
  })

  it('is done once more when the sources changed meanwhile, or when the plan is made anew without it', async () => {
    const { add, rest } = overlap(publish)
    await add(fresh)
    const changed = plan('publish', { ...build, title: 'build app:2' }, step('image.push'))
    expect(rest(changed).steps).toEqual(changed.steps)
    await add(plan('provision', step('terraform.apply', done), step('cluster.login', done)))
    expect(rest(publish).steps).toEqual(publish.steps)
  })
})
