import { expect, it } from 'vitest'
import { predictiveSvg } from '../../src/plot/predictive-svg.js'
import { predictiveText } from '../../src/plot/predictive-text.js'
import { xmlFault } from './xml.js'

const counts = {
  edges: [-0.5, 0.5, 1.5, 2.5],
  observed: [0.5, 0.1, 0.4],
  q2_5: [0.2, 0.2, 0.3],
  q50: [0.4, 0.3, 0.4],
  q97_5: [0.6, 0.4, 0.5],
}

it('a line a bin, the observed share by a hollow mark where it is outside of the limits', () => {
  const lines = predictiveText(counts, { width: 40 }).split('\n')
  expect(lines).toHaveLength(4)
  expect(lines.map((line) => line.trim().split(/\s+/)[0])).toEqual(['from', '0', '1', '2'])
  expect(lines.slice(1).map((line) => /[●○]/.exec(line)?.[0])).toEqual(['●', '○', '●'])
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(40)
  // Positions are in proportion: 0.6, the largest share, in the last column.
  expect(lines[1].at(-1)).toBe('┤')
  expect(lines[1]).toHaveLength(40)
})

it('labels tell bins of small widths apart', () => {
  const edges = [0.001, 0.0015, 0.002, 0.0025]
  const labels = predictiveText({ ...counts, edges }, { width: 60 })
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/)[0])
  expect(labels).toEqual(['0.00100', '0.00150', '0.00200'])
})

it('the picture has a bar and a line a bin', async () => {
  const svg = await predictiveSvg(counts, { title: 'A check <1>', axis: 'count' })
  expect(svg).toContain('<title>A check &lt;1&gt;</title>')
  expect(svg).toContain('the observed share of 1 is outside')
  expect(xmlFault(svg)).toBeNull()
})
