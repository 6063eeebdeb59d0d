import { describe, expect, it } from 'vitest'
import { stateModel } from '../../src/data/state-model.js'
import { tableFrom } from '../../src/data/table-from.js'
import { engines } from '../../src/likelihood/engines.js'
import { restricted } from '../../src/likelihood/frame/restricted.js'
import { state } from '../../src/likelihood/frame/stated.js'
import type { Rule } from '../../src/likelihood/frame/integration-rule.js'
import { likelihood } from '../../src/likelihood/likelihood.js'
import { maximise } from '../../src/numerics/maximise.js'
import { assemblySpace, heap, shared, type Space } from '../../src/numerics/space.js'
import { stream } from '../../src/random/stream.js'

const n = 240
const rng = stream({ seed: 21, replicate: 1, purpose: 'response' })
const table = tableFrom({
  y: Array.from({ length: n }, (_, i) => Number(rng.uniform() < 0.3 + 0.05 * (i % 8))),
  x: Array.from({ length: n }, () => rng.normal()),
  z: Array.from({ length: n }, (_, i) => rng.normal() + (i % 12) / 4 + ((i * 7) % 90) / 60),
  w: Array.from({ length: n }, (_, i) => i % 3),
  g: Array.from({ length: n }, (_, i) => `g${i % 12}`),
  h: Array.from({ length: n }, (_, i) => `h${i % 24}`),
  // Enough levels crossed with those of g for panels on which the vector kernel works.
  c: Array.from({ length: n }, (_, i) => `c${(i * i + 7 * i) % 90}`),
  d: Array.from({ length: n }, (_, i) => `d${(i * i * i + i) % 80}`),
})

const laplace: Rule = { by: 'laplace' }
const cases: [engine: string, formula: string, family: string, rule: Rule, reml?: boolean][] = [
  ['fixed-only', 'y ~ x', 'binomial', laplace],
  ['scalar', 'y ~ x + (1 | g)', 'binomial', { by: 'adaptive', nodes: 7 }],
  ['scalar', 'y ~ x + (1 | g)', 'binomial', { by: 'lattice', step: 0.5 }],
  ['scalar', 'y ~ x + (1 | g)', 'poisson', laplace],
  ['vector', 'y ~ x + (x | g)', 'poisson', { by: 'adaptive', nodes: 3 }],
  ['vector', 'y ~ x + (w | g)', 'binomial', { by: 'adaptive', nodes: 3 }],
  ['vector', 'y ~ x + (w | g)', 'nbinom2', laplace],
  ['gaussian', 'z ~ x + (1 | c) + (x | g)', 'gaussian', laplace],
  ['gaussian', 'z ~ x + (1 | c) + (1 | d)', 'gaussian', laplace, true],
  ['nested', 'y ~ x + (1 | g/h)', 'binomial', { by: 'adaptive', nodes: 3 }],
  ['sparse', 'y ~ x + (1 | c) + (1 | d)', 'poisson', laplace],
  ['sparse', 'y ~ x * w + (1 | g) + (x | d)', 'binomial', laplace, true],
]

/** The kinds of memory, each counting the numbers that it has given. */
function counted(space: Space): Space & { readonly given: () => number } {
  let numbers = 0
  return {
    vector: (length) => {
      numbers += length
      return space.vector(length)
    },
    integers: space.integers,
    given: () => numbers,
  }
}

it('covers every engine', () => {
  expect(new Set(cases.map(([engine]) => engine))).toEqual(new Set(engines.map(({ name }) => name)))
})

describe('a fit has the same bits wherever its arrays lie', () => {
  it.each(cases)('%s: %s, %s, %o', (engine, formula, family, rule, reml) => {
    const model = stateModel(formula, table, { family })
    const results = [heap, shared, assemblySpace()].map((kind) => {
      const space = counted(kind)
      const stated = state(reml ? restricted(model) : model, space)
      expect(engines.find((one) => one.bind(stated))?.name).toBe(engine)
      const like = likelihood(stated)
      const density = like.marginal(rule)
      const start = new Float64Array(like.dimension).fill(0.4)
      const scale = new Float64Array(like.dimension ** 2)
      for (let j = 0; j < like.dimension; j++) scale[j * (like.dimension + 1)] = 0.01
      const top = maximise((x, gradient) => density.evaluate(x, gradient), start, scale, {
        tolerance: 1e-4,
        maxIterations: 12,
      })
      // The arrays of the rows, at the least.
      expect(space.given()).toBeGreaterThan(2 * n)
      const { terms, eta } = like.effectsAt(top.x)!
      const numbers = [top.x, top.gradient, [top.value], ...eta, ...terms.flatMap(({ mode, sd }) => [mode, sd])]
      return numbers.flatMap((some) => Array.from(some))
    })
    expect(results[0].every(Number.isFinite)).toBe(true)
    expect(results[1]).toEqual(results[0])
    expect(results[2]).toEqual(results[0])
  })
})
