import { expect, it } from 'vitest'
import { walkFrom } from '../../../samplers/kernels/kernel.js'
import { diagonalMetric } from '../../../samplers/kernels/metric.js'
import { polyaGammaGibbs } from '../../../samplers/kernels/polya-gamma.js'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { mcseMean } from '../../../src/draws/diagnostics/monte-carlo-error.js'
import { binomialVariate } from '../../../src/families/variates.js'
import { priorsInForce } from '../../../src/likelihood/coordinates/priors-in-force.js'
import { adaptive } from '../../../src/likelihood/frame/integration-rule.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { jointPosterior } from '../../../src/likelihood/posterior.js'
import { stream } from '../../../src/random/stream.js'

const index = Array.from({ length: 12 }, (_, i) => i)
const x = index.map((i) => Math.cos(3 * i))
const o = index.map((i) => 0.4 * Math.sin(5 * i))
const trials = index.map((i) => (i % 4 === 3 ? 12 : 1 + (i % 3)))
const [g, h] = [index.map((i) => i % 3), index.map((i) => Math.floor(i / 4))]

const template = stateModel(
  'cbind(s, f) ~ x + (1 + x | g) + (1 | h)',
  tableFrom({
    s: trials,
    f: trials.map(() => 0),
    x,
    o,
    g: g.map((level) => `g${level}`),
    h: h.map((level) => `h${level}`),
  }),
  { family: 'binomial', offset: 'o' },
)
const priors = [
  'Intercept ~ normal(0.3, 0.8)',
  'b[x] ~ student_t(9, -0.2, 0.5)',
  'sd ~ half_normal(0, 0.7)',
  'cor ~ lkj(2)',
]

/**
 * Moments under the prior alone, which the parameters keep when the response is drawn again and again given them, and
 * they given the response. Positions among the quantities: b_Intercept, b_x, sd of g (two) and of h, correlation, then
 * the effects of g (two a level) and of h.
 */
const expectations: readonly (readonly [string, (q: Float64Array) => number, number])[] = (() => {
  const s2 = 0.49
  const s1 = 0.7 * Math.sqrt(2 / Math.PI)
  return [
    ['b_Intercept', (q) => q[0], 0.3],
    ['b_Intercept squared', (q) => (q[0] - 0.3) ** 2, 0.64],
    ['b_x', (q) => q[1], -0.2],
    ['b_x squared', (q) => (q[1] + 0.2) ** 2, (0.25 * 9) / 7],
    ['product of the coefficients', (q) => (q[0] - 0.3) * (q[1] + 0.2), 0],
    ...[2, 3, 5].flatMap((at): [string, (q: Float64Array) => number, number][] => [
      [`sd ${at}`, (q) => q[at], s1],
      [`sd ${at} squared`, (q) => q[at] ** 2, s2],
    ]),
    ['correlation', (q) => q[4], 0],
    ['correlation squared', (q) => q[4] ** 2, 0.2],
    ['effect of g', (q) => q[6], 0],
    ['effect of g squared', (q) => q[6] ** 2, s2],
    ['slope of g squared', (q) => q[9] ** 2, s2],
    ['effect and slope of g by their correlation', (q) => q[6] * q[7] * q[4], 0.2 * s1 * s1],
    ['effect of h squared', (q) => q[12] ** 2, s2],
    ['effects of h at two levels', (q) => q[12] * q[13], 0],
    ['effect and intercept', (q) => q[12] * (q[0] - 0.3), 0],
  ]
})()

it('getting it right: the joint distribution of parameters and response is left as it is (Geweke 2004)', () => {
  const rng = stream({ seed: 6, purpose: 'simulation' })
  const force = priorsInForce(template, priors)
  const like = likelihood(template)
  const d = like.coordinates.outer + like.coordinates.effects
  const metric = diagonalMetric(new Float64Array(d).fill(1))
  const centring = Float64Array.from({ length: like.coordinates.effects }, (_, e) => (e % 4) / 3)
  // The response is written over in place; a kernel reads it when it is made.
  const y = template.response.y
  const context = {
    likelihood: like,
    priors: force,
    centring,
    rows: true,
    rule: adaptive(1),
    mapTerms: null,
    maxDepth: 1,
  }
  // The density is asked for the value alone, which the kernel hands on; that of the first response serves.
  const posterior = jointPosterior(like, force, centring)
  const walk = (): Float64Array[] => {
    let at: Float64Array = new Float64Array(d)
    const q = new Float64Array(posterior.names.length)
    return Array.from({ length: 3000 }, () => {
      posterior.write(at, q, 0, rng)
      for (const i of index) {
        const eta = o[i] + q[0] + q[6 + 2 * g[i]] + (q[1] + q[7 + 2 * g[i]]) * x[i] + q[12 + h[i]]
        y[i] = binomialVariate(rng, trials[i], 1 / (1 + Math.exp(-eta)))
      }
      const kernel = polyaGammaGibbs.kernel(posterior, context)
      const chain = walkFrom(kernel, kernel.init(at))
      chain.step({ metric, stepSize: 1 }, rng)
      at = chain.state().x
      posterior.write(at, q, 0, rng)
      return q.slice()
    })
  }
  const chains = [walk(), walk(), walk(), walk()]
  const faults = expectations.flatMap(([name, of, truth]) => {
    const values = chains.map((chain) => Float64Array.from(chain.slice(200), of))
    const all = values.flatMap((chain) => [...chain])
    const score = (all.reduce((a, b) => a + b, 0) / all.length - truth) / mcseMean(values)
    // One right figure in 16,000 is beyond 4 standard errors.
    return Math.abs(score) < 4 ? [] : [`${name}: off by ${score.toFixed(1)} standard errors`]
  })
  expect(faults).toEqual([])
})
