import { flat } from '../../covariance/flat.js'
import { backwardSolve } from '../../numerics/cholesky.js'
import { targetedBackward, targetedForward } from '../../numerics/targeted-cholesky.js'
import { blockForm } from '../normal/effect-blocks.js'
import type { NormalMarginal, NormalTerm } from '../normal/normal-marginal.js'
import { covarianceDerivative, vectorCovariance } from '../normal/vector-covariance.js'
import type { Stated } from '../frame/stated.js'
import { fixedCovariance } from './gaussian-effects.js'
import { timesProducts } from './level-products.js'
import { relativePoint } from './outer-density.js'
import { timesLambda } from './penalised-system.js'
import type { RelativeDensity } from './relative-density.js'

/**
 * The response's marginal normal distribution from cross products; null out of support. Coefficients that are integrated out stand
 * after all random effects.
 */
export function gaussianNormal(density: RelativeDensity, stated: Stated, x: Float64Array): NormalMarginal | null {
  const { rows, system } = density
  const { layout } = stated
  const { p, reml, factors } = rows
  const { products, half } = system
  const { pattern, starts, zx } = products
  const { q } = pattern
  const P = p + 1
  const size = q + (reml ? p : 0)
  const { tau, coefficients, logSigma } = relativePoint(density, layout, x)
  const moveHere = (): boolean => density.evaluate(tau, coefficients, logSigma) !== null
  if (!moveHere()) return null
  const variance = Math.exp(2 * logSigma)
  const terms = layout.terms.map((laid): NormalTerm => {
    const columns = laid.term.names.length
    const theta = x.slice(laid.start, laid.start + laid.size)
    const lambda = new Float64Array(columns * columns)
    if (laid.covariance === flat) {
      lambda.set(laid.term.factor ?? rows.basis)
      return { laid, q: columns, theta, lambda, starts: Int32Array.of(q) }
    }
    laid.covariance.factor(theta, columns, lambda)
    const f = factors.findIndex((one) => one.terms.some((own) => own.laid === laid))
    const { column } = factors[f].terms.find((own) => own.laid === laid)!
    return { laid, q: columns, theta, lambda, starts: starts[f].map((first) => first + column) }
  })
  const information = fixedInformation(density, variance)
  const covariance = fixedCovariance(density, variance)
  const projected = Array.from({ length: p }, () => new Float64Array(size))
  const solved = half.slice()
  targetedBackward(pattern, system.factor, solved, P)
  timesLambda(rows, products, system.lambdas, false, solved, P)
  const taken = new Float64Array(q * P)
  timesProducts(products, factors, solved, P, taken)
  // Rows of Z'V^-1 X T, times T^-1.
  const row = new Float64Array(p)
  for (let c = 0; c < q; c++) {
    for (let j = 0; j < p; j++) row[j] = (zx[c * P + j] - taken[c * P + j]) / variance
    backwardSolve(rows.basis, p, row)
    for (let j = 0; j < p; j++) projected[j][c] = row[j]
  }
  if (reml) for (let j = 0; j < p; j++) projected[j].set(information.subarray(j * p, (j + 1) * p), q)
  const random = terms.filter(({ laid }) => laid.covariance !== flat)

  return {
    terms,
    p,
    observations: rows.observations,
    information,
    covariance,
    projected,
    derivatives: () => {
      // With dV / d log sigma = 2 R and R = V - ZGZ'.
      const inSigma = information.map((value) => 2 * value)
      for (const term of random) {
        const part = blockForm(vectorCovariance(term), term.q, term.starts, projected)
        for (let e = 0; e < inSigma.length; e++) inSigma[e] -= 2 * part[e]
      }
      return [
        inSigma,
        ...random.flatMap((term) =>
          Array.from(term.theta, (_, j) =>
            blockForm(covarianceDerivative(term, term.theta, j), term.q, term.starts, projected),
          ),
        ),
      ]
    },
    throughEffects: (b) => {
      moveHere()
      const out = new Float64Array(size)
      const direct = new Float64Array(q)
      timesProducts(products, factors, b, 1, direct)
      const reduced = direct.slice()
      timesLambda(rows, products, system.lambdas, true, reduced, 1)
      targetedForward(pattern, system.factor, reduced, 1)
      targetedBackward(pattern, system.factor, reduced, 1)
      timesLambda(rows, products, system.lambdas, false, reduced, 1)
      const less = new Float64Array(q)
      timesProducts(products, factors, reduced, 1, less)
      for (let c = 0; c < q; c++) out[c] = (direct[c] - less[c]) / variance
      if (reml) {
        // P = V^-1 - V^-1 X Phi X'V^-1, and no effect of X is left.
        const through = projected.map((column) => {
          let sum = 0
          for (let c = 0; c < q; c++) sum += column[c] * b[c]
          return sum
        })
        projected.forEach((column, i) => {
          let by = 0
          for (let j = 0; j < p; j++) by += covariance[i * p + j] * through[j]
          for (let c = 0; c < q; c++) out[c] -= by * column[c]
        })
      }
      return out
    },
  }
}

/** X'V^-1 X = T'^-1 S T^-1 / sigma^2. */
function fixedInformation({ rows, system }: RelativeDensity, variance: number): Float64Array {
  const { p, basis } = rows
  const P = p + 1
  const out = new Float64Array(p * p)
  for (let i = 0; i < p; i++) for (let j = 0; j < p; j++) out[i * p + j] = system.schur[i * P + j] / variance
  const column = new Float64Array(p)
  for (let j = 0; j < p; j++) {
    for (let i = 0; i < p; i++) column[i] = out[i * p + j]
    backwardSolve(basis, p, column)
    for (let i = 0; i < p; i++) out[i * p + j] = column[i]
  }
  for (let i = 0; i < p; i++) {
    const row = out.subarray(i * p, (i + 1) * p)
    backwardSolve(basis, p, row)
  }
  return out
}
