import { describe, expect, it } from 'vitest'
import { stepsAsBegun } from '../../../src/report/begun.ts'

const steps = () => {
  const { note, results } = stepsAsBegun()
  return {
    begin: (id: string) => note({ type: 'step-started', id, title: id }),
    end: (id: string, tookMs = 1) =>
      note({ type: 'step-finished', step: { id, title: id, status: 'done', tookMs } }),
    told: () => results().map(({ id, tookMs }) => `${id} ${tookMs}`),
  }
}

describe('the results so far', () => {
  it('stand in the order in which the steps began, whichever of two ends first', () => {
    const { begin, end, told } = steps()
    begin('terraform.apply')
    begin('image.build')
    end('image.build')
    expect(told()).toEqual(['image.build 1'])
    end('terraform.apply')
    expect(told()).toEqual(['terraform.apply 1', 'image.build 1'])
  })

  it('have what was skipped, which never began, and each of two of the same name', () => {
    const { begin, end, told } = steps()
    end('image.push', 0)
    for (const tookMs of [1, 2]) {
      begin('terraform.init')
      end('terraform.init', tookMs)
    }
    expect(told()).toEqual(['image.push 0', 'terraform.init 1', 'terraform.init 2'])
  })
})
