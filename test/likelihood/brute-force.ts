import type { Model } from '../../src/data/model.js'
import type { Likelihood } from '../../src/likelihood/likelihood.js'

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

type Layout = Likelihood['layout']

/** Lambda of each term, and each predictor's fixed part. */
function parts(model: Model, layout: Layout, at: Float64Array): { lambdas: Float64Array[]; fixed: Float64Array[] } {
  const lambdas = layout.terms.map(({ term, covariance, start, size }) => {
    const lambda = new Float64Array(term.names.length ** 2)
    covariance.factor(at.subarray(start, start + size), term.names.length, lambda)
    return lambda
  })
  const fixed = model.predictors.map(({ fixed: { x, names }, offset }, k) =>
    Float64Array.from({ length: model.nobs }, (_, i) =>
      names.reduce((sum, _name, j) => sum + x[j * model.nobs + i] * at[layout.fixedStart[k] + j], offset?.[i] ?? 0),
    ),
  )
  return { lambdas, fixed }
}

/** Log density of a gaussian identity model through the dense covariance matrix of all its responses. */
export function denseGaussian(model: Model, layout: Layout, at: Float64Array): number {
  const n = model.nobs
  const { lambdas, fixed } = parts(model, layout, at)
  const v = Array.from({ length: n }, (_, i) => {
    const row = new Array<number>(n).fill(0)
    row[i] = Math.exp(2 * fixed[1][i])
    return row
  })
  layout.terms.forEach(({ term: { index, names, z } }, t) => {
    const q = names.length
    const lambda = lambdas[t]
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        if (index[i] !== index[j]) continue
        for (let a = 0; a < q; a++) {
          for (let b = 0; b < q; b++) {
            let covariance = 0
            for (let c = 0; c < q; c++) covariance += lambda[a * q + c] * lambda[b * q + c]
            v[i][j] += z[a * n + i] * covariance * z[b * n + j]
          }
        }
      }
    }
  })
  // Elimination from the left: the pivots' product is the determinant.
  const residual = Array.from(model.response.y, (y, i) => y - fixed[0][i])
  let log = -0.5 * n * Math.log(2 * Math.PI)
  for (let c = 0; c < n; c++) {
    log -= 0.5 * Math.log(v[c][c]) + (0.5 * residual[c] ** 2) / v[c][c]
    for (let i = c + 1; i < n; i++) {
      const factor = v[i][c] / v[c][c]
      if (factor === 0) continue
      residual[i] -= factor * residual[c]
      for (let j = c; j < n; j++) v[i][j] -= factor * v[c][j]
    }
  }
  return log
}

/** Log marginal likelihood with two effects a level of one factor, by a trapezoid over [-8, 8] in both. */
export function doubleIntegral(model: Model, layout: Layout, at: Float64Array): number {
  const n = model.nobs
  const { lambdas, fixed } = parts(model, layout, at)
  const { y, trials } = model.response
  const [{ term: first }] = layout.terms
  // eta = fixed + a u_0 + b u_1.
  const multipliers = layout.terms.flatMap(({ term: { names, z } }, t) =>
    names.map((_, column) =>
      Float64Array.from({ length: n }, (__, i) =>
        names.reduce((sum, _name, m) => sum + z[m * n + i] * lambdas[t][m * names.length + column], 0),
      ),
    ),
  )
  const [a, b] = multipliers
  const step = 0.08
  const half = 100
  let total = 0
  for (let g = 0; g < first.levels.length; g++) {
    const rows = Array.from({ length: n }, (_, i) => i).filter((i) => first.index[i] === g)
    const constant = rows.reduce(
      (sum, i) =>
        sum +
        (trials ? logFactorial(trials[i]) - logFactorial(y[i]) - logFactorial(trials[i] - y[i]) : -logFactorial(y[i])),
      -Math.log(2 * Math.PI),
    )
    const logs: number[] = []
    for (let s = -half; s <= half; s++) {
      for (let t = -half; t <= half; t++) {
        const [u0, u1] = [s * step, t * step]
        let log = constant - 0.5 * (u0 * u0 + u1 * u1)
        for (const i of rows) {
          const eta = fixed[0][i] + a[i] * u0 + b[i] * u1
          log += trials ? binomialLog(y[i], trials[i], eta) : y[i] * eta - Math.exp(eta)
        }
        logs.push(log)
      }
    }
    const high = logs.reduce((p, q) => Math.max(p, q))
    total += high + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - high), 0)) + 2 * Math.log(step)
  }
  return total
}
