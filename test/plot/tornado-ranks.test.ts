import { describe, expect, it } from 'vitest'
import { ranksSvg } from '../../src/plot/ranks-svg.js'
import { ranksText } from '../../src/plot/ranks-text.js'
import { tornadoSvg } from '../../src/plot/tornado-svg.js'
import { tornadoText } from '../../src/plot/tornado-text.js'

const bars = [
  { label: 'nodes', low: -0.1, high: 0.2, lowAt: '1 nodes', highAt: '4 nodes' },
  { label: 'without <center>', low: 0.5, high: 1, lowAt: 'a', highAt: 'b' },
]

describe('tornado', () => {
  it('has the widest bar first, and zero in every bar', () => {
    const lines = tornadoText(bars, 80).split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/without <center> +0\.00 +│█+ +1\.00/)
    expect(lines[1]).toMatch(/nodes +-0\.10 +█+│█+ +0\.20/)
    expect(lines[0].split('█').length - 1).toBeGreaterThan(4 * (lines[1].split('│')[1].split('█').length - 1))
    expect(tornadoText([], 80)).toBe('(nothing varies)')
  })

  it('as SVG tells the ends in words, every text escaped', async () => {
    const svg = await tornadoSvg(bars, { title: 'a < b' })
    expect(svg).toContain('without &lt;center&gt; from 0.0 to 1.0; nodes from -0.10 to 0.20')
    expect(svg).toContain('a &lt; b')
    expect(svg).not.toContain('<center>')
  })
})

describe('ranks', () => {
  const band = { lower: [-0.1, -0.2, -0.1], upper: [0.1, 0.2, 0.1] }
  const lines = [
    { parameter: 'b_x', differences: [0, 0.19, -0.09] },
    { parameter: 'log_lik', differences: [0.15, 0, 0] },
  ]

  it('marks where the band is left', () => {
    const [x, logLik] = ranksText(lines, band, 80).split('\n')
    expect(x).toBe('    b_x ▅█▁')
    expect(logLik).toBe('log_lik !▅▅')
  })

  it('as SVG tells which lines leave it', async () => {
    const svg = await ranksSvg(lines, band, { title: 'Ranks' })
    expect(svg).toContain('b_x keeps to the band; log_lik leaves the band')
  })
})
