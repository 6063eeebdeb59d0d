import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { caterpillarSvg } from '../../src/plot/caterpillar-svg.js'
import { ladderSvg } from '../../src/plot/ladder-svg.js'
import { xmlFault } from './xml.js'

const OPTIONS = { title: 'Centres', axis: 'centre effect (log-odds)' }
const intervals = (n: number) =>
  Array.from({ length: n }, (_, i) => ({
    label: `c${i}`,
    mean: i / n,
    lower: i / n - 1,
    upper: i / n + 2,
    mode: i / n + 0.1,
  }))

/** The group of marks with this class. */
const group = (svg: string, name: string): string =>
  new RegExp(`<g[^>]*class="${name}"[^>]*>(.*?)</g>`, 's').exec(svg)?.[1] ?? ''
const numbers = (text: string, attribute: string): number[] =>
  [...text.matchAll(new RegExp(`\\b${attribute}="([-\\d.e]+)"`, 'g'))].map((m) => Number(m[1]))

describe('caterpillar', () => {
  test.each([1, 22, 80, 81, 300])('%i levels: well-formed, a mark of each kind for each', async (n) => {
    const svg = await caterpillarSvg(intervals(n), OPTIONS)
    expect(xmlFault(svg)).toBeNull()
    expect(svg).toMatch(/^<svg [^>]*role="img"/)
    expect(svg).toContain('<title>Centres</title><desc>')
    expect(svg).toContain('Helvetica, Arial, sans-serif')
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/)
    expect(group(svg, 'interval').match(/<line /g)).toHaveLength(n)
    expect(group(svg, 'mean').match(/<circle /g)).toHaveLength(n)
    expect(group(svg, 'mode').match(/<circle /g)).toHaveLength(n)
    expect(svg.includes('>c0<')).toBe(n <= 80)
  })

  test('positions are one linear scale of the data', async () => {
    const data = intervals(22)
    const svg = await caterpillarSvg(data, OPTIONS)
    const order = [...data].reverse() // means ascend with the index; the highest is on top
    const [x1, x2] = [numbers(group(svg, 'interval'), 'x1'), numbers(group(svg, 'interval'), 'x2')]
    const scale = (x2[0] - x1[0]) / (order[0].upper - order[0].lower)
    const place = (x: number): number => x1[0] + scale * (x - order[0].lower)
    order.forEach((d, i) => {
      expect(x1[i]).toBeCloseTo(place(d.lower), 6)
      expect(x2[i]).toBeCloseTo(place(d.upper), 6)
      expect(numbers(group(svg, 'mean'), 'cx')[i]).toBeCloseTo(place(d.mean), 6)
      expect(numbers(group(svg, 'mode'), 'cx')[i]).toBeCloseTo(place(d.mode), 6)
    })
    const cy = numbers(group(svg, 'mean'), 'cy')
    expect(cy).toEqual([...cy].sort((a, b) => a - b))
  })

  test('levels of the same name stay apart', async () => {
    const svg = await caterpillarSvg(
      intervals(3).map((d) => ({ ...d, label: 'same' })),
      OPTIONS,
    )
    expect(new Set(numbers(group(svg, 'mean'), 'cy')).size).toBe(3)
    expect(svg.match(/>same</g)).toHaveLength(3)
  })

  test('names stay text, whatever they hold', async () => {
    const svg = await caterpillarSvg([{ ...intervals(1)[0], label: '<script>"&\'' }], {
      title: '<b>"&',
      axis: ']]> & <i>',
    })
    expect(svg).not.toMatch(/<script|<b>|<i>/)
    expect(xmlFault(svg)).toBeNull()
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (label) => {
        expect(
          xmlFault(await caterpillarSvg([{ ...intervals(1)[0], label }], { title: label, axis: label })),
        ).toBeNull()
      }),
      { numRuns: 30 },
    )
  })

  test('no effects, and no modes', async () => {
    expect(xmlFault(await caterpillarSvg([], OPTIONS))).toBeNull()
    const svg = await caterpillarSvg([{ label: 'a', mean: 0, lower: 0, upper: 0 }], OPTIONS)
    expect(group(svg, 'mean').match(/<circle /g)).toHaveLength(1)
    expect(svg).not.toContain('conditional mode')
  })
})

describe('ladder', () => {
  const options = { title: 'Ladder', rungs: ['Laplace', '4', '7'] }

  test('a point for each estimate, at its height', async () => {
    const lines = [
      { parameter: 'treat', shifts: [-0.5, 0.25, 0] },
      { parameter: 'sd(center)', shifts: [2, null, 0] },
    ]
    const svg = await ladderSvg(lines, options)
    expect(xmlFault(svg)).toBeNull()
    const cy = numbers(group(svg, 'estimate'), 'cy')
    expect(cy).toHaveLength(5)
    const [two, zero, minusHalf, quarter] = cy // those that move most come first
    expect((minusHalf - zero) / (zero - two)).toBeCloseTo(0.25, 6)
    expect((zero - quarter) / (zero - two)).toBeCloseTo(0.125, 6)
    expect(svg).toContain('>Laplace<')
    expect(svg).toContain('>sd(center)<')
  })

  test('of many parameters the ten that move most', async () => {
    const lines = Array.from({ length: 30 }, (_, i) => ({ parameter: `b${i}`, shifts: [i, i / 2, 0] }))
    const svg = await ladderSvg(lines, options)
    expect(group(svg, 'estimate').match(/<circle /g)).toHaveLength(30)
    expect(svg).toContain('>b20<')
    expect(svg).not.toContain('>b19<')
  })

  test('nothing to draw, nothing that moves', async () => {
    expect(xmlFault(await ladderSvg([], options))).toBeNull()
    expect(xmlFault(await ladderSvg([{ parameter: 'b', shifts: [0, 0, 0] }], options))).toBeNull()
  })
})
