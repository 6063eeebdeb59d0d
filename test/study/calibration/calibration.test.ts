import { describe, expect, it } from 'vitest'
import { type Kernel, walkFrom, withoutTrajectory } from '../../../samplers/kernels/kernel.js'
import { diagonalMetric } from '../../../samplers/kernels/metric.js'
import { nuts } from '../../../samplers/kernels/nuts.js'
import { planChains } from '../../../samplers/run/plan-chains.js'
import { resolveSettings } from '../../../samplers/run/sample-options.js'
import { warmUp } from '../../../samplers/adaptation/warmup.js'
import { whitened, whitening } from '../../../samplers/place/whitening.js'
import type { Model } from '../../../src/data/model.js'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { state } from '../../../src/likelihood/frame/stated.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { jointPosterior, type Posterior } from '../../../src/likelihood/posterior.js'
import { priorDraw } from '../../../src/likelihood/coordinates/prior-draw.js'
import { priorsInForce } from '../../../src/likelihood/coordinates/priors-in-force.js'
import { simulateEffects } from '../../../src/likelihood/frame/simulate.js'
import { stream } from '../../../src/random/stream.js'
import { drawTruth, ranksOf } from '../../../src/study/calibration/calibration.js'
import { countsBelow } from '../../../src/study/calibration/calibration-summary.js'
import { uniformityP } from '../../../src/study/calibration/uniform-band.js'
import { run } from '../studies.js'

const column = <T>(of: (i: number) => T): T[] => Array.from({ length: 30 }, (_, i) => of(i))
const data = tableFrom({
  y: column((i) => i % 4),
  m: column(() => 4),
  x: column((i) => (i % 5) / 2 - 1),
  g: column((i) => `g${Math.floor(i / 5)}`),
  h: column((i) => `h${i % 5}`),
})
const priors = ['b ~ normal(0, 1)', 'sd ~ half_normal(0, 1)']
const intercept = 'cbind(y, m - y) ~ x + (1 | g)'
const slope = 'cbind(y, m - y) ~ x + (x | g)'
const crossed = 'cbind(y, m - y) ~ x + (1 | g) + (1 | h)'
const study = (formula: string, sampler: unknown, replicates = 100, more: readonly string[] = []): object => ({
  kind: 'calibration',
  seed: 1,
  replicates,
  data,
  family: 'binomial',
  formula,
  sample: { sampler, priors: [...priors, ...more], draws: 19, warmup: 150 },
})

/** p-values of so many quantities of one study that nothing but chance in a hundred studies goes below. */
const least = (quantities: number): number => 0.01 / quantities

describe.each([
  ['random intercept', intercept, ['nuts', 'marginal', 'polya-gamma', 'hmc'], []],
  ['random slope', slope, ['nuts', 'polya-gamma'], ['cor ~ lkj(2)']],
  ['crossed', crossed, ['nuts', 'polya-gamma'], []],
] as const)('%s: ranks are uniform, of parameters, effects and the joint log-likelihood', (_, formula, names, more) => {
  it.each(names)('%s', { timeout: 60_000 }, async (name) => {
    const thin = { nuts: 3, marginal: 3, 'polya-gamma': 8, hmc: 8 }[name]
    const { measures, execution } = await run(study(formula, { name, thin }, 100, more))
    expect(execution.failed).toBe(0)
    expect(measures.at(-1)!.parameter).toBe('log_lik')
    for (const { parameter, p, n } of measures) {
      expect(n).toBe(100)
      expect(Number(p), `${parameter}`).toBeGreaterThan(least(measures.length))
    }
  })
})

/** 100 replicates of a sampler that is handed in; p-values by quantity, the joint log-likelihood last. */
function calibrated(draw: (model: Model, replicate: number, most: number) => Float64Array, replicates = 100): number[] {
  const model = stateModel(intercept, data, { family: 'binomial' })
  const most = 19
  const stated = state(model)
  const { outer } = stated.coordinates
  const inForce = priorsInForce(model, priors)
  const positions = [...Array.from({ length: outer }, (_, j) => j), outer]
  const counts = [...positions, -1].map(() => new Int32Array(most + 1))
  for (let replicate = 0; replicate < replicates; replicate++) {
    const truth = drawTruth(stated, inForce, 1, replicate)
    const names = Array.from({ length: truth.values.length }, (_, j) => String(j))
    const values = draw(truth.like.model, replicate, most)
    const ties = stream({ seed: 1, replicate, purpose: 'quantile' })
    const ranks = ranksOf(truth, { draws: { names, ndraws: most, values: [values] } }, positions, most, ties)
    ranks.forEach((rank, j) => counts[j][rank]++)
  }
  return counts.map((one) => uniformityP(countsBelow(one), replicates))
}

/** Chains of a kernel over a density that may not be the posterior's, or that moves wrongly. */
const walk =
  (density: (of: Posterior) => Posterior, kernelOf: (of: Posterior) => Kernel, thin: number) =>
  (model: Model, replicate: number, most: number): Float64Array => {
    const { chains: _, ...settings } = resolveSettings({ priors, warmup: 150, chains: 1 })
    const { centring, center, factor } = planChains(model, settings)
    const like = likelihood(model)
    const change = whitening(like.coordinates, center, factor)
    const posterior = whitened(density(jointPosterior(like, priorsInForce(model, priors), centring)), change)
    const kernel = kernelOf(posterior)
    const rng = stream({ seed: 2, replicate, purpose: 'chain' })
    const chain = walkFrom(kernel, kernel.init(Float64Array.from({ length: posterior.dimension }, () => rng.normal())))
    const unit = diagonalMetric(new Float64Array(posterior.dimension).fill(1))
    const tuning = warmUp(chain, posterior, unit, rng, settings, () => {})
    const width = posterior.names.length
    const out = new Float64Array(most * width)
    for (let d = 0; d < most * thin; d++) {
      chain.step(tuning, rng)
      if ((d + 1) % thin === 0) posterior.write(chain.state().x, out, ((d + 1) / thin - 1) * width, rng)
    }
    return out
  }

describe('broken samplers are caught', () => {
  it('the same walk over the posterior itself is not', () => {
    for (const p of calibrated(
      walk(
        (of) => of,
        (of) => nuts(of, 10),
        3,
      ),
    ))
      expect(p).toBeGreaterThan(least(5))
  })

  it('a target scaled by a half', () => {
    const scaled = (of: Posterior): Posterior => ({
      ...of,
      evaluate: (x, gradient) => {
        const value = of.evaluate(x, gradient) / 2
        for (let j = 0; j < gradient.length; j++) gradient[j] /= 2
        return value
      },
    })
    const found = calibrated(walk(scaled, (of) => nuts(of, 10), 3))
    expect(Math.min(...found)).toBeLessThan(1e-4)
  })

  it('Metropolis steps without the test', () => {
    // Random steps that are always taken stay near nowhere: draws wander off as far as the steps lead.
    const untested = (of: Posterior): Kernel => ({
      ...nuts(of, 10),
      step: (from, _tuning, rng, to) => {
        for (let j = 0; j < to.x.length; j++) to.x[j] = from.x[j] + 0.5 * rng.normal()
        return withoutTrajectory(1)
      },
    })
    const found = calibrated(walk((of) => of, untested, 1))
    expect(Math.min(...found)).toBeLessThan(1e-4)
  })

  it('draws from the prior, which look right but for the joint log-likelihood', () => {
    const found = calibrated((model, replicate, most) => {
      const { coordinates, layout } = likelihood(model)
      const { outer, effects, terms } = coordinates
      const rng = stream({ seed: 2, replicate, purpose: 'chain' })
      const inForce = priorsInForce(model, priors)
      const out = new Float64Array(most * (outer + effects))
      for (let d = 0; d < most; d++) {
        const x = priorDraw(coordinates, inForce, rng)
        const natural = new Float64Array(outer)
        coordinates.toParameters(x, natural)
        const at = d * (outer + effects)
        // Two fixed effects and a standard deviation, whose coordinate is its logarithm.
        out.set([x[0], x[1], Math.exp(x[2])], at)
        out.set(simulateEffects(layout, natural, rng)[terms[0].effects], at + outer)
      }
      return out
    })
    for (const p of found.slice(0, -1)) expect(p).toBeGreaterThan(least(5))
    expect(found.at(-1)).toBeLessThan(1e-4)
  })
})

describe('calibration', () => {
  it('ranks by the ranges of probability that quadrature tells, the joint log-likelihood left out', async () => {
    const { measures } = await run(study('cbind(y, m - y) ~ 1 + (1 | g)', 'quadrature', 10))
    expect(measures.at(-1)).toMatchObject({ parameter: 'log_lik', n: 0, p: null })
    for (const { p } of measures.slice(0, -1)) expect(Number(p)).toBeGreaterThan(least(4))
  })

  it('refuses priors without draws, samplers it does not know, and models a sampler cannot do', async () => {
    const refused = (spec: object): Promise<string> =>
      run(spec).then(
        () => '',
        ({ message }: Error) => message,
      )
    const flat = { ...study(intercept, 'nuts'), sample: { priors: ['b ~ flat()'] } }
    expect(await refused(flat)).toContain('expected proper priors to draw from, got b ~ flat()')
    expect(await refused(study(intercept, 'nut'))).toContain('/sample/sampler: expected a sampler (nuts')
    expect(await refused(study(crossed, 'marginal'))).toContain('one grouping factor')
    expect(await refused(study(intercept, ['nuts', 'nuts']))).toContain('nuts twice')
    expect(await refused(study(crossed, 'quadrature'))).toContain('quadrature')
  })
})
