import { describe, expect, it } from 'vitest'
import { tableFrom } from '../../../src/data/table-from.js'
import { normalCdf, normalQuantile } from '../../../src/numerics/special.js'
import { powerDiagnosis, powerScaling } from '../../../src/draws/answers/power-scaling.js'
import { bootstrapOf, run } from '../studies.js'

/** A study of betablocker, or of another table and formula. */
const study = (more: object): object => {
  const { replicates: _, ...base } = bootstrapOf(1)
  return { ...base, kind: 'sensitivity', ...more }
}

describe('power-scaling of a normal mean with a normal prior', () => {
  /** Root of the divergence of two distribution functions over its bound, on a grid over [low, high]. */
  function distance(P: (x: number) => number, Q: (x: number) => number, low: number, high: number): number {
    const one = (p: typeof P, q: typeof Q): number => {
      const steps = 20_000
      let [sum, bound] = [0, 0]
      for (let i = 0; i < steps; i++) {
        const x = low + ((i + 0.5) * (high - low)) / steps
        const [a, b] = [p(x), q(x)]
        const middle = (a + b) / 2
        sum += a * Math.log2(a / middle) + b * Math.log2(b / middle)
        bound += a + b
      }
      return sum / bound
    }
    const survival = (f: typeof P) => (x: number) => 1 - f(x)
    return Math.sqrt(Math.max(one(P, Q), one(survival(P), survival(Q))))
  }

  it.each([
    ['agreeing', 0, 10, 0.3, 1],
    ['in conflict', 0, 1, 5, 0.8],
    ['prior strong', 0, 0.2, 0.1, 2],
  ])('%s: is the derivative that conjugacy gives', (_, priorMean, priorSd, mean, error) => {
    /** Posterior where the prior has the power a and the likelihood b. */
    const posterior = (a: number, b: number): { mean: number; sd: number } => {
      const [p, l] = [a / priorSd ** 2, b / error ** 2]
      return { mean: (p * priorMean + l * mean) / (p + l), sd: 1 / Math.sqrt(p + l) }
    }
    const at = posterior(1, 1)
    // Quantiles in the place of draws leave no Monte Carlo error; shuffled so that they have no autocorrelation.
    const S = 8000
    const draws = Float64Array.from(
      { length: S },
      (__, s) => at.mean + at.sd * normalQuantile((((s * 3571) % S) + 0.5) / S),
    )
    const logPrior = draws.map((x) => -0.5 * ((x - priorMean) / priorSd) ** 2)
    const logLik = draws.map((x) => -0.5 * ((mean - x) / error) ** 2)
    const [found] = powerScaling([draws], logPrior, logLik, 1)
    const [low, high] = [Math.min(...draws), Math.max(...draws)]
    const cdf =
      ({ mean: m, sd }: ReturnType<typeof posterior>) =>
      (x: number) =>
        normalCdf((x - m) / sd)
    const slope = (of: (power: number) => ReturnType<typeof posterior>): number =>
      [0.99, 1.01].reduce(
        (sum, power) => sum + distance(cdf(at), cdf(of(power)), low, high) / Math.abs(Math.log2(power)) / 2,
        0,
      )
    // The tails of the weights are smoothed, and the grid of draws is coarse there: two digits.
    expect(found.prior / slope((a) => posterior(a, 1))).toBeCloseTo(1, 1)
    expect(found.likelihood / slope((b) => posterior(1, b))).toBeCloseTo(1, 1)
    expect(found.priorK).toBeLessThan(0.5)
  })

  it('tells conflict from a strong prior', () => {
    expect(powerDiagnosis(0.01, 0.3)).toBe('')
    expect(powerDiagnosis(0.2, 0.3)).toBe('prior-data conflict')
    expect(powerDiagnosis(0.2, 0.01)).toBe('strong prior or weak likelihood')
  })
})

describe('leave-one-out of a linear model', () => {
  const x = [-2, -1.5, -1, 0, 0.5, 1, 1.5, 6]
  const y = [0.9, 1.2, 0.4, 0.1, 0.3, -0.6, -0.4, 4]
  const table = tableFrom({ x, y })
  const spec = { data: table, family: 'gaussian', formula: 'y ~ x', vary: { leaveOut: 'rows' } }

  it('refits and steps once as least squares does in closed form, and finds the row that a sign hangs on', async () => {
    const { measures, findings, rows } = await run(study(spec))
    const n = x.length
    const [meanX, meanY] = [x, y].map((of) => of.reduce((a, b) => a + b, 0) / n)
    const sxx = x.reduce((sum, one) => sum + (one - meanX) ** 2, 0)
    const slope = x.reduce((sum, one, i) => sum + (one - meanX) * (y[i] - meanY), 0) / sxx
    const base = measures.find(({ parameter, condition }) => parameter === 'x' && condition === 0)!
    expect(base.estimate).toBeCloseTo(slope, 8)
    const own = measures.filter(({ parameter, condition }) => parameter === 'x' && condition === 1)
    expect(own).toHaveLength(n)
    own.forEach((measure, i) => {
      const residual = y[i] - meanY - slope * (x[i] - meanX)
      const leverage = 1 / n + (x[i] - meanX) ** 2 / sxx
      const step = (-(x[i] - meanX) / sxx) * residual
      expect(Number(measure.shift) * Number(base.se)).toBeCloseTo(step / (1 - leverage), 6)
      expect(Number(measure.oneStepShift) * Number(base.se)).toBeCloseTo(step, 6)
    })
    expect(own.at(-1)!.conclusion).toBe('sign')
    expect(rows).toHaveLength(1 + n)
    expect(findings[0]).toContain('without row 8 (other sign)')
    expect(findings.join()).toContain('the cheap way is not enough everywhere')
  })
})

describe('sensitivity of betablocker', () => {
  it('has the shifts of refits and says that the conclusion stays', async () => {
    const spec = study({ vary: { nodes: [1, 9, 25], link: ['probit', 'cloglog'], starts: 3, leaveOut: 'center' } })
    const { measures, findings, conditions, rows } = await run(spec)
    expect(conditions.map(({ vary }) => vary)).toEqual(['base', 'nodes', 'link', 'starts', 'without center'])
    expect(rows).toHaveLength(1 + 3 + 2 + 3 + 22)
    const of = (condition: number): typeof measures => measures.filter((one) => one.condition === condition)
    // The base has one node; other starts climb to the same top.
    for (const { shift } of [...of(1).slice(0, 3), ...of(3)]) expect(Math.abs(Number(shift))).toBeLessThan(1e-5)
    for (const { parameter, shift } of of(2)) expect(shift === null).toBe(parameter !== 'treat')
    for (const { shift, oneStepShift } of of(4))
      expect(Math.abs(Number(shift) - Number(oneStepShift))).toBeLessThan(0.2)
    expect(findings[0]).toMatch(/treat is negative, its 95 % limits without zero .* stays in all 30 settings/)
  })

  it('weights draws to where another prior puts the exact posterior', { timeout: 60_000 }, async () => {
    const spec = study({
      formula: 'cbind(r, n - r) ~ 1 + (1 | center)',
      vary: { priors: { prior: 'sd ~ half_normal(0, $)', scale: [0.2, 1] } },
      sample: {
        sampler: 'quadrature',
        priors: ['b ~ normal(0, 5)', 'sd ~ half_normal(0, 0.5)'],
        warmup: 300,
        draws: 1000,
      },
    })
    const { measures, rows } = await run(spec)
    expect(rows.filter(({ status }) => status === 'failed')).toEqual([])
    const own = measures.filter(({ weightedShift }) => weightedShift !== undefined)
    expect(own).toHaveLength(4)
    for (const { shift, weightedShift, paretoK } of own) {
      expect([typeof shift, typeof weightedShift, typeof paretoK]).toEqual(['number', 'number', 'number'])
      expect(Number(paretoK)).toBeLessThan(0.7)
      // 4,000 draws, at the least a quarter of them effective after weighting: 4 errors of such a mean.
      expect(Math.abs(Number(shift) - Number(weightedShift))).toBeLessThan(4 / Math.sqrt(1000))
    }
    // A prior of scale 0.2 on a standard deviation of about a half pulls.
    expect(Number(own[1].shift)).toBeLessThan(-0.3)
  })

  it.each([
    [{ replicates: 10 }, '/replicates: expected none'],
    [{ vary: { nodes: [0] } }, '/vary/nodes/0'],
    [{ vary: { leaveOut: 'centre' } }, 'expected a grouping factor'],
    [{ vary: { priors: { prior: 'sd ~ half_normal(0, 1)', scale: [1] } } }, 'expected a statement with $'],
    [{ vary: { priors: [['sd ~ normal(0, 1)']] } }, 'positive numbers for sd'],
    [{ vary: { samplers: ['gibbs'] } }, 'expected a sampler'],
    [{ conclusions: ['age'] }, '/conclusions: expected fixed effects of the model'],
    [{ vary: { formula: ['cbind(r, n - r) ~ z'] } }, 'z'],
  ])('refuses %j', async (more, message) => {
    await expect(run(study(more))).rejects.toThrow(message)
  })
})
