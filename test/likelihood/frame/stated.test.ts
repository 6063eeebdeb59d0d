import { adaptive } from '../../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { state, withResponse } from '../../../src/likelihood/frame/stated.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { uniforms } from '../../reference/uniforms.js'

const u = uniforms(4)
const n = 40
const table = tableFrom({
  y: Array.from({ length: n }, () => Math.floor(5 * u())),
  x: Array.from({ length: n }, () => u() - 0.5),
  g: Array.from({ length: n }, (_, i) => `g${i % 6}`),
  h: Array.from({ length: n }, (_, i) => `h${(i * 7) % 5}`),
})
const model = stateModel('y ~ x + (1 + x | g) + (1 | h)', table, { family: 'nbinom2' })

describe('a stated model', () => {
  it('has what its names stand for', () => {
    const { family, link, links, layout, coordinates } = state(model)
    expect(family.name).toBe('nbinom2')
    expect(link.name).toBe('log')
    expect(links.map(({ name }) => name)).toEqual(['log', 'log'])
    expect(layout.terms.map(({ covariance }) => covariance.name)).toEqual(['us', 'us'])
    expect([layout.dimension, coordinates.outer, coordinates.effects]).toEqual([7, 7, 17])
  })

  it('keeps what it found when the response is another, and is the likelihood of that response', () => {
    const stated = state(model)
    const y = model.response.y.map((value) => (value + 2) % 5)
    const other = withResponse(stated, { ...model.response, y })
    expect(other.layout).toBe(stated.layout)
    expect(other.coordinates).toBe(stated.coordinates)
    const x = Float64Array.of(0.3, -0.2, 0.5, 0.4, 0.1, 0.7, 0.3)
    const anew = likelihood({ ...model, response: { ...model.response, y } })
    expect(likelihood(other).marginal(adaptive(1)).value(x)).toBe(anew.marginal(adaptive(1)).value(x))
    expect(likelihood(stated).marginal(adaptive(1)).value(x)).not.toBe(anew.marginal(adaptive(1)).value(x))
  })

  it('is refused where nothing has that name', () => {
    expect(() => state({ ...model, family: 'nonesuch' })).toThrow(
      /expected a family that this thread knows, got 'nonesuch'/,
    )
  })
})
