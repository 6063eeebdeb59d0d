import type { Model } from '../../src/data/model.js'

/**
 * Log marginal likelihood of a binomial-logit or Poisson-log model with one random intercept by a trapezoid of 40,001
 * points over u in [-20, 20], written from the definition and sharing no code with the program.
 */
export function bruteForceLogLik(model: Model, beta: readonly number[], sigma: number): number {
  const [{ fixed, offset, random }] = model.predictors
  const [{ index, levels, z }] = random
  const { y, trials } = model.response
  const half = 20
  const steps = 40_000
  const constant = y.map((count, i) =>
    trials ? logFactorial(trials[i]) - logFactorial(count) - logFactorial(trials[i] - count) : -logFactorial(count),
  )
  let total = 0
  for (let g = 0; g < levels.length; g++) {
    const rows: number[] = []
    for (let i = 0; i < model.nobs; i++) if (index[i] === g) rows.push(i)
    const logTerms: number[] = []
    for (let s = 0; s <= steps; s++) {
      const u = -half + (2 * half * s) / steps
      let log = -0.5 * u * u - 0.5 * Math.log(2 * Math.PI)
      for (const i of rows) {
        let eta = (offset?.[i] ?? 0) + sigma * z[i] * u
        for (let j = 0; j < beta.length; j++) eta += fixed.x[j * model.nobs + i] * beta[j]
        log += constant[i] + (trials ? binomialLog(y[i], trials[i], eta) : y[i] * eta - Math.exp(eta))
      }
      logTerms.push(log)
    }
    const high = logTerms.reduce((a, b) => Math.max(a, b))
    total +=
      high + Math.log(logTerms.reduce((sum, log) => sum + Math.exp(log - high), 0)) + Math.log((2 * half) / steps)
  }
  return total
}

const logFactorial = (k: number): number => {
  let sum = 0
  for (let i = 2; i <= k; i++) sum += Math.log(i)
  return sum
}

function binomialLog(y: number, n: number, eta: number): number {
  const logP = eta > 0 ? -Math.log1p(Math.exp(-eta)) : eta - Math.log1p(Math.exp(eta))
  const logQ = logP - eta
  return (y > 0 ? y * logP : 0) + (n > y ? (n - y) * logQ : 0)
}
