import { adaptive } from '../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import type { Model, Predictor, RandomTerm, Response } from '../../src/data/model.js'
import type { Family } from '../../src/families/family.js'
import { families } from '../../src/families/registry.js'
import { likelihood } from '../../src/likelihood/likelihood.js'
import { parameterLayout } from '../../src/likelihood/frame/parameter-layout.js'
import { uniforms } from '../reference/uniforms.js'
import { slopeOf } from './differences.js'

const n = 30
const rows = Array.from({ length: n }, (_, i) => i)
const u = uniforms(17)
const x = Float64Array.from(rows, () => 2 * u() - 1)
const w = Float64Array.from(rows, () => 2 * u() - 1)
/** Five groups in no order; three crossed with them; two nested in each of the five. */
const g = Int32Array.from(rows, (i) => (i * 7) % 5)
const h = Int32Array.from(rows, () => Math.floor(3 * u()))
const gh = Int32Array.from(rows, (i) => 2 * g[i] + (i % 2))

function responseOf(family: Family): Response {
  const next = uniforms(5)
  const whole = (most: number): number => Math.floor((most + 1) * next())
  const least = family.least ?? 0
  const trials = family.response === 'binomial' ? Float64Array.from(rows, () => 1 + whole(7)) : null
  const draws: Record<Family['response'], (i: number) => number> = {
    binomial: (i) => whole(trials![i]),
    count: () => Math.max(least, whole(3) * whole(3)),
    real: () => 1 + 3 * (next() + next() - 1),
    positive: () => 0.15 + 0.5 * (next() + next()),
    'unit-interval': () => 0.05 + 0.9 * next(),
  }
  return { name: 'y', y: Float64Array.from(rows, draws[family.response]), trials }
}

const term = (group: string, index: Int32Array, names: readonly string[], covariance = 'us'): RandomTerm => {
  const columns: Readonly<Record<string, Float64Array>> = { '(Intercept)': new Float64Array(n).fill(1), x, w }
  const z = Float64Array.from(names.flatMap((name) => Array.from(columns[name])))
  const levels = Array.from({ length: Math.max(...index) + 1 }, (_, level) => `${group}${level}`)
  return { group, levels, index, names, z, covariance }
}

const one = ['(Intercept)']
const slope = ['(Intercept)', 'x']
const three = ['(Intercept)', 'x', 'w']

/** The random terms of each predictor, or null where the family has none to put them in. */
const structures: Readonly<Record<string, (predictors: number) => readonly (readonly RandomTerm[])[] | null>> = {
  none: () => [[]],
  intercept: () => [[term('g', g, one)]],
  'slope without intercept': () => [[term('g', g, ['x'])]],
  'intercept and slope': () => [[term('g', g, slope)]],
  'two terms of one factor': () => [[term('g', g, one), term('g', g, ['x'])]],
  diagonal: () => [[term('g', g, slope, 'diag')]],
  'compound symmetry': () => [[term('g', g, three, 'cs')]],
  'first-order autoregression': () => [[term('g', g, three, 'ar1')]],
  crossed: () => [[term('g', g, slope), term('h', h, one)]],
  nested: () => [[term('g', g, one), term('g:h', gh, one)]],
  'effects in the second predictor': (K) => (K > 1 ? [[term('g', g, slope)], [term('g', g, one)]] : null),
  'effects of other groups in the last predictor': (K) =>
    K > 1 ? [[term('g', g, one)], ...new Array(K - 2).fill([]), [term('h', h, ['x'])]] : null,
}

function modelOf(family: Family, link: string, random: readonly (readonly RandomTerm[])[]): Model {
  const names = ['mean', ...family.further.map((further) => further.name)]
  const predictors = names.map((name, k): Predictor => {
    const fixed =
      k < 2 ? { names: ['(Intercept)', 'w'], x: Float64Array.of(...new Float64Array(n).fill(1), ...w) } : null
    return {
      name,
      role: family.further[k - 1]?.role ?? 'location',
      fixed: { ...(fixed ?? { names: ['(Intercept)'], x: new Float64Array(n).fill(1) }), aliased: [] },
      offset: k === 0 ? x.map((value) => 0.05 * value) : null,
      random: random[k] ?? [],
    }
  })
  const response = responseOf(family)
  return { formula: 'y ~ w', family: family.name, link, nobs: n, dropped: 0, response, predictors, warnings: [] }
}

/** Links whose predictor has to stay above 0: their predictors lie near 2 and move little. */
const positive = (family: Family, link: string): boolean =>
  ['inverse', '1/mu^2', 'sqrt'].includes(link) || (link === 'identity' && family.response !== 'real')

function pointOf(model: Model, family: Family): Float64Array {
  const layout = parameterLayout(model)
  const next = uniforms(23)
  const narrow = positive(family, model.link)
  const at = new Float64Array(layout.dimension)
  layout.fixedStart.forEach((first, k) => {
    if (k === 0) at.set([narrow ? 2 : 0.2, narrow ? 0.1 : 0.4], first)
    else if (k < layout.fixedStart.length - 1) at[first] = family.further[k - 1].start + 0.3 * next()
  })
  for (const {
    term: { names },
    covariance,
    start,
    size,
  } of layout.terms) {
    const theta = covariance.start(names.length)
    for (let j = 0; j < size; j++) {
      const scale = covariance.units(names.length)[j] < 0 ? 1 : narrow ? 0.1 : 0.5
      at[start + j] = scale * (theta[j] + 0.6 * (next() - 0.5))
    }
  }
  return at
}

describe.each(families.flatMap((family) => family.links.map((link) => [family.name, link, family] as const)))(
  'gradient of the marginal likelihood: %s, %s',
  (_, link, family) => {
    for (const [name, randomOf] of Object.entries(structures)) {
      const random = randomOf(1 + family.further.length)
      if (!random) continue
      it(name, () => {
        const model = modelOf(family, link, random)
        const like = likelihood(model)
        const x0 = pointOf(model, family)
        for (const nodes of [1, 2, 3, 5].filter((count) => count <= like.rules.mostNodes)) {
          const density = like.marginal(adaptive(nodes))
          const gradient = new Float64Array(like.dimension).fill(Number.NaN)
          const value = density.evaluate(x0, gradient)
          expect(Number.isFinite(value), `${nodes} nodes: ${value}`).toBe(true)
          expect(density.value(x0)).toBe(value)
          const size = Math.max(1, ...gradient.map(Math.abs))
          for (let j = 0; j < x0.length; j++) {
            const along = (at: number): number => density.value(x0.map((old, k) => (k === j ? at : old)))
            const numeric = slopeOf(along, x0[j], 1e-3)
            // Components below a thousandth of the gradient carry the rounding of the differences.
            const error = Math.abs(gradient[j] - numeric) / (Math.abs(numeric) + 1e-3 * size)
            expect(error, `${nodes} nodes, parameter ${j}: ${gradient[j]} for ${numeric}`).toBeLessThan(1e-6)
          }
        }
      })
    }
  },
)
