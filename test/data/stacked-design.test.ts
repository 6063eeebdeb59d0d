import { describe, expect, it } from 'vitest'
import type { FixedEffects, Predictor } from '../../src/data/model.js'
import { withoutAliased } from '../../src/data/stacked-design.js'

const x = [0.3, -1, 2, 0.5, 1.7]
const n = x.length
const one = x.map(() => 1)

const predictor = (
  names: readonly string[],
  columns: readonly (readonly number[])[],
  shares?: FixedEffects['shares'],
): Predictor => ({
  name: 'some',
  role: 'part',
  fixed: { names, x: Float64Array.from(columns.flat()), aliased: [], ...(shares && { shares }) },
  offset: null,
  random: [],
})

describe('coefficients that the data do not determine', () => {
  it('are those of columns aliased in their predictor where nothing is shared', () => {
    const [first, second] = withoutAliased(
      [predictor(['1', 'x', '2x'], [one, x, x.map((value) => 2 * value)]), predictor(['x'], [x])],
      n,
    )
    expect(first.fixed).toEqual({ names: ['1', 'x'], x: Float64Array.from([...one, ...x]), aliased: ['2x'] })
    expect(second.fixed.aliased).toEqual([])
  })

  it('equal columns of one predictor stay where one of them is elsewhere, too', () => {
    const shares = [{ predictor: 0, column: 1 }]
    const both = [predictor(['x', 'again'], [x, x]), predictor(['again'], [one], shares)]
    expect(withoutAliased(both, n)).toBe(both)
  })

  it('go with all their columns, and what is shared keeps its place', () => {
    // Both copies are equal in both predictors: the second has nothing to say.
    const shares = [0, 1, 2].map((column) => ({ predictor: 0, column }))
    const columns = [x, x, one]
    const [first, second] = withoutAliased(
      [predictor(['a', 'b', 'c'], columns), predictor(['a', 'b', 'c'], columns, shares)],
      n,
    )
    expect(first.fixed.names).toEqual(['a', 'c'])
    expect(first.fixed.aliased).toEqual(['b'])
    expect(second.fixed.names).toEqual(['a', 'c'])
    expect(second.fixed.aliased).toEqual([])
    expect(second.fixed.shares).toEqual([
      { predictor: 0, column: 0 },
      { predictor: 0, column: 1 },
    ])
  })
})
