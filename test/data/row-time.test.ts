import { describe, expect, it } from 'vitest'
import { stateModel } from '../../src/data/state-model.js'
import { tableFrom } from '../../src/data/table-from.js'
import { GlmmError } from '../../src/errors.js'

const g = ['a', 'a', 'a', 'b', 'b', 'b']
const y = [1, 2, 4, 3, 5, 6]
const stated = (t: (number | string | null)[], more: Record<string, (number | string | null)[]> = {}) =>
  stateModel('y ~ 1 + (1 | g)', tableFrom({ y, g, t, ...more }), { family: 'gaussian', time: 't' })

describe('the column of times', () => {
  it('is numbers as they are, in the rows of the model, and changes no row by what is missing in it', () => {
    const model = stated([3, 1, null, 2, 1, 3])
    expect(model.nobs).toBe(6)
    expect(model.time!.name).toBe('t')
    expect(Array.from(model.time!.values)).toEqual([3, 1, Number.NaN, 2, 1, 3])
    const some = stateModel('y ~ x + (1 | g)', tableFrom({ y, g, x: [1, null, 2, 3, 1, 2], t: [1, 2, 3, 4, 5, 6] }), {
      family: 'gaussian',
      time: 't',
    })
    expect(Array.from(some.time!.values)).toEqual([1, 3, 4, 5, 6])
  })

  it('is dates, with a time of day or without, by their moment', () => {
    const { values } = stated([
      '2024-03-01',
      '2024-02-29',
      '2024-03-01 12:00',
      '2024-03-01T06:00:00Z',
      '2023-12-31',
      '2024-03-02',
    ]).time!
    const order = Array.from(values.keys()).sort((a, b) => values[a] - values[b])
    expect(order).toEqual([4, 1, 0, 3, 2, 5])
    expect(values[0] - values[1]).toBe(86_400_000)
  })

  it('is refused where it is text without an order, or absent', () => {
    expect(() => stated(['v1', 'v2', 'v3', 'v1', 'v2', 'v3'])).toThrow(
      /numbers or dates such as 2024-03-01 were expected in column t of times, got "v1" in row 1/,
    )
    const absent = (): unknown =>
      stateModel('y ~ 1 + (1 | g)', tableFrom({ y, g }), { family: 'gaussian', time: 'day' })
    expect(absent).toThrow(GlmmError)
    expect(absent).toThrow(/a column of times was expected in the data, got no column day/)
  })
})
