import { adaptive } from '../../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { laplaceParts } from '../../../src/likelihood/sparse/laplace-parts.js'
import { levelOrder } from '../../../src/likelihood/sparse/level-order.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { uniforms } from '../../reference/uniforms.js'
import { state } from '../../../src/likelihood/frame/stated.js'

/** Pupils, teachers of departments, departments: crossed so that the order of teachers matters. */
function school(name: (teacher: number) => string) {
  const next = uniforms(17)
  const rows = Array.from({ length: 900 }, () => {
    const pupil = Math.floor(next() * 400)
    const department = next() < 0.9 ? pupil % 12 : Math.floor(next() * 12)
    const teacher = department + 12 * Math.floor(next() * 12)
    return { pupil, department, teacher, y: pupil * 0.001 + next() + 0.1 * department, x: next() }
  })
  return tableFrom({
    y: rows.map(({ y }) => y),
    x: rows.map(({ x }) => x),
    p: rows.map(({ pupil }) => `p${pupil}`),
    t: rows.map(({ teacher }) => name(teacher)),
    d: rows.map(({ department }) => `d${department}`),
  })
}

const formula = 'y ~ x + (1 | p) + (1 | t) + (1 | d)'
const at = Float64Array.of(0.5, 0.1, -0.8, 0.3, 0.2, 0.4)

describe('levels in the order of least degree', () => {
  // Names that mix the departments, and names that keep them together.
  const mixed = stateModel(
    formula,
    school((t) => `t${String((t * 89) % 144).padStart(3, '0')}`),
    { family: 'gaussian' },
  )
  const sorted = stateModel(
    formula,
    school((t) => `t${String((t % 12) * 12 + Math.floor(t / 12)).padStart(3, '0')}`),
    {
      family: 'gaussian',
    },
  )

  it('the size of the factor depends little on the names of the levels', () => {
    const [a, b] = [mixed, sorted].map((model) => laplaceParts(state(model)).structure.symbolic.size)
    expect(Math.max(a, b) / Math.min(a, b)).toBeLessThan(1.3)
  })

  it('changes no value or gradient', () => {
    const gradients = [new Float64Array(6), new Float64Array(6)]
    const [a, b] = [mixed, sorted].map((model, i) => likelihood(model).marginal(adaptive(1)).evaluate(at, gradients[i]))
    expect(a).toBeCloseTo(b, 8)
    gradients[0].forEach((slope, j) => {
      expect(slope).toBeCloseTo(gradients[1][j], 7)
    })
  })

  it('stays factor by factor where few levels are left beside the first factor, or nothing is gained', () => {
    const index = Int32Array.from({ length: 900 }, (_, i) => i % 300)
    const factor = { index, levels: 300, stride: 1, last: false }
    const few = { index: index.map((i) => i % 7), levels: 7, stride: 1, last: false }
    expect(levelOrder([factor, few])).toBeNull()
    const full = { index: Int32Array.from(index, (_, i) => i % 40), levels: 40, stride: 1, last: false }
    expect(levelOrder([{ ...factor, index: index.map((i) => i % 3), levels: 3 }, full])).toBeNull()
  })
})
