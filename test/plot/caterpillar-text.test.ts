import { describe, expect, test } from 'vitest'
import { caterpillarText } from '../../src/plot/caterpillar-text.js'
import { displayWidth } from '../../src/plot/display-text.js'

const many = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ label: `L${i}`, mean: i - n / 2, lower: i - n / 2 - 1, upper: i - n / 2 + 1 }))

describe('marks stand where the data say', () => {
  // Labels take 1 column and the gap 1: the scale [-2, 3] has 51 columns, ten to a unit, beginning at column 2.
  const at = (x: number): number => 2 + 10 * (x + 2)
  const [first, second, line, axis] = caterpillarText(
    [
      { label: 'a', mean: -1, lower: -2, upper: 0.5, mode: -0.7 },
      { label: 'b', mean: 2, lower: 1, upper: 3, mode: 2 },
    ],
    { width: 53 },
  ).split('\n')

  test('the highest mean comes first', () => {
    expect([first[0], second[0]]).toEqual(['b', 'a'])
  })

  test('limits, mean, mode, zero', () => {
    expect(second.indexOf('├')).toBe(at(-2))
    expect(second.indexOf('┤')).toBe(at(0.5))
    expect(second.indexOf('●')).toBe(at(-1))
    expect(second.indexOf('○')).toBe(at(-0.7))
    expect(second.indexOf('┼')).toBe(at(0))
    expect(first.indexOf('│')).toBe(at(0))
    expect(first.indexOf('◉')).toBe(at(2))
    expect(first.indexOf('┤')).toBe(at(3))
    expect(first).toHaveLength(53)
  })

  test('ticks below their places', () => {
    expect(line[at(0)]).toBe('┴')
    const label = axis.indexOf(' 0') + 1
    expect(Math.abs(label - at(0))).toBeLessThanOrEqual(1)
  })
})

describe('any input', () => {
  test.each([20, 80, 120])('width %i is kept', (width) => {
    for (const n of [1, 2, 60, 61, 300]) {
      const lines = caterpillarText([...many(n), { label: '日本語'.repeat(40), mean: 0, lower: 0, upper: 0 }], {
        width,
      }).split('\n')
      expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width)
    }
  })

  test('of many levels the highest and the lowest 20', () => {
    const lines = caterpillarText(many(300), { width: 80 }).split('\n')
    expect(lines).toHaveLength(43)
    expect(lines[0]).toContain('L299')
    expect(lines[20]).toContain('260 of 300 levels not drawn')
    expect(lines[40]).toMatch(/^ *L0 /)
  })

  test('nothing to draw, and numbers that do not exist', () => {
    expect(caterpillarText([], { width: 80 })).toBe('(no effects to draw)')
    const bad = { label: 'x', mean: Number.NaN, lower: 0, upper: 1 }
    expect(caterpillarText([bad], { width: 80 })).toBe('(no effects to draw)')
    expect(caterpillarText([bad, { ...bad, mean: 0.5 }], { width: 80 }).split('\n')).toHaveLength(3)
  })

  test('all effects zero, as when the variance is', () => {
    const [line] = caterpillarText([{ label: 'a', mean: 0, lower: 0, upper: 0, mode: 0 }], { width: 41 }).split('\n')
    expect(line.trim()).toMatch(/^a +◉$/)
  })
})
