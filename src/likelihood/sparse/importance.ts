import { derivativeOrder } from '../../families/derivative-order.js'
import { backward, forward, logDeterminant, solve } from '../../numerics/sparse-cholesky.js'
import { reverseCholesky } from '../../numerics/sparse-reverse.js'
import { diagnosis, type ImportanceDiagnosis } from './importance-diagnosis.js'
import { importancePoints, logWeight } from './importance-points.js'
import { importanceScales } from './importance-scales.js'
import { independentComponents } from './independent-components.js'
import { laplaceParts } from './laplace-parts.js'
import { sameElement } from '../frame/slots.js'
import { type MarginalDensity, marginalDensity } from '../frame/log-density.js'
import type { Stated } from '../frame/stated.js'
import type { ImportanceRule } from '../frame/integration-rule.js'
import type { Laplace } from './laplace.js'

/** The log marginal likelihood by importance sampling with fixed draws, a smooth function of the outer parameters. */
export interface ImportanceDensity extends MarginalDensity {
  readonly near: (x: Float64Array) => ImportanceDensity
  readonly diagnose: (x: Float64Array) => ImportanceDiagnosis
  /** The gradient from each of `count` batches of the draws alone: their scatter is its Monte Carlo error. */
  readonly batchGradients: (x: Float64Array, count: number) => Float64Array[]
}

/** Draws in a stratum of the proposal: batches consist of whole ones. */
const stratum = 8

/** The number of draws that is made where so many are asked for: whole strata. */
export const wholeDraws = (draws: number): number => stratum * Math.max(1, Math.round(draws / stratum))

/**
 * Importance sampling of the random effects around their conditional modes m, with H = L L' minus the Hessian there and
 * fixed points e_s of density p(e),
 *
 *   L(x) = |L|^-1 mean_s exp h(u_s) / ((2 pi)^(q/2) p(e_s)),   u_s = m + L'^-1 e_s,
 *
 * component by independent component of u, each with weights of its own. The points are those of a density that fits at `around`, the
 * parameters the sampling is for, and stay the same wherever the estimate is evaluated. The mean is divided by
 * that of the ratio of a normal density to p, known to be 1: what a mixture scatters where h is nearly quadratic cancels
 * (a control variate, Owen and Zhou 2000).
 *
 * The gradient is that of this very sum. With weights W_s that sum to 1 in each component and a_s = L^-1 h'(u_s), its
 * derivative in L is -diag(1 / L_jj) - tril(sum W_s (L'^-1 e_s) a_s'); the reverse of the factorization takes that to H,
 * third derivatives of the rows to their predictors, and sum W_s h'(u_s) with it through the mode.
 */
export function importance(
  stated: Stated,
  { draws, seed, around }: ImportanceRule,
  effectsAt: MarginalDensity['effectsAt'],
): ImportanceDensity {
  const { layout } = stated
  const parts = laplaceParts(stated, [])
  const { linear, structure, rows } = parts
  const placed = parts.approximation.near(around)
  const { size: q, width, columns, prior, chains, pairs: entries, symbolic } = structure
  const { slots, fixed, multipliers: a } = linear
  const { predictors: K, eta, d1, d2, d3, logDensity } = rows
  const { pair: pairs, triple: triples } = derivativeOrder(K)
  const { firstColumn, rowStart, rowIndex, panelStart } = symbolic
  const { u: mode, factor } = placed
  const n = logDensity.length
  const components = independentComponents(structure, n)
  const G = components.count
  const count = wholeDraws(draws)
  const scales = importanceScales({ ...parts, approximation: placed }, around)
  const { points, logWeights, normalRatio } = importancePoints(
    count,
    components.ofElement,
    components.sizes,
    scales,
    seed,
  )
  const predictorOf = Int32Array.from(slots, (slot) => slot.predictor)
  const perRow = (width * (width + 1)) / 2
  /** How often each pair of slots s >= t adds to its entry of H: two of one element do so in both orders. */
  const twice = slots.flatMap((one, s) =>
    slots.slice(0, s + 1).map((other, t) => (t < s && sameElement(one, other) ? 2 : 1)),
  )
  const step = new Float64Array(q)
  const u = new Float64Array(q)
  const slope = new Float64Array(q)
  const inMode = new Float64Array(q)
  const inL = new Float64Array(symbolic.size)
  const height = new Float64Array(G)
  const reference = new Float64Array(G)
  const weight = new Float64Array(G)
  const total = new Float64Array(G)
  const control = new Float64Array(G)
  const inFixed = eta.map(() => new Float64Array(n))
  const inMultipliers = new Float64Array(n * width)
  const inEta = new Float64Array(K)
  const along = new Float64Array(K)

  /** Each component's h at `at`, with the derivatives of the rows. */
  function heights(at: Float64Array): void {
    for (let k = 0; k < K; k++) eta[k].set(fixed[k])
    for (let i = 0, s0 = 0; i < n; i++) {
      for (let s = 0; s < width; s++, s0++) eta[predictorOf[s]][i] += a[s0] * at[columns[s0]]
    }
    rows.evaluate(0, n)
    height.fill(0)
    prior.addHeights(at, components.ofElement, height)
    for (let i = 0; i < n; i++) height[components.ofRow[i]] += logDensity[i]
  }

  /** Adds what the draw at u contributes with the present weights, and weight * h'(u) to `slope`. */
  function addDraw(): void {
    prior.times(u, slope)
    for (let c = 0; c < q; c++) slope[c] *= -weight[components.ofElement[c]]
    if (chains.length > 0) addSquares()
    for (let i = 0, at = 0; i < n; i++) {
      const w = weight[components.ofRow[i]]
      if (!(w > 0)) {
        at += width
        continue
      }
      for (let k = 0; k < K; k++) inFixed[k][i] += w * d1[k][i]
      for (let s = 0; s < width; s++, at++) {
        const score = w * d1[predictorOf[s]][i]
        inMultipliers[at] += score * u[columns[at]]
        slope[columns[at]] += score * a[at]
      }
    }
    for (let c = 0; c < q; c++) inMode[c] += slope[c]
  }

  /** Weighted squares of the chains' elements and products of neighbours, at their places in the pattern. */
  const squares = new Float64Array(chains.length > 0 ? symbolic.size : 0)
  function addSquares(): void {
    for (const { term, starts, beside } of chains) {
      const { length } = term.laid.term.names
      let pair = 0
      for (const first of starts) {
        const w = weight[components.ofElement[first]]
        for (let e = first; e < first + length; e++) {
          squares[symbolic.diagonal[e]] += w * u[e] * u[e]
          if (e > first) squares[beside[pair++]] += w * u[e] * u[e - 1]
        }
      }
    }
  }

  /** Derivative of the estimate in an entry of P, but for log |P| / 2: of the draws' h, of H, and through the mode. */
  const inPrior = (a: number, b: number, place: number): number => {
    const drawn = squares[place] / total[components.ofElement[a]]
    return a === b
      ? -0.5 * drawn + inL[place] - inMode[a] * mode[a]
      : -drawn + inL[place] - inMode[a] * mode[b] - inMode[b] * mode[a]
  }

  /** inL -= tril(step slope') on the pattern of L. */
  function addToFactor(): void {
    for (let s = 0; s + 1 < firstColumn.length; s++) {
      const first = firstColumn[s]
      const wide = firstColumn[s + 1] - first
      let at = panelStart[s]
      for (let p = rowStart[s]; p < rowStart[s + 1]; p++, at += wide) {
        const x = step[rowIndex[p]]
        for (let j = 0; j < wide; j++) inL[at + j] -= x * slope[first + j]
      }
    }
  }

  /** The sums over draws from ... to - 1; log weights relative to `reference`, a row a component, to `ratios`. */
  function sumDraws(from: number, to: number, withGradient: boolean, ratios: Float64Array | null): void {
    total.fill(0)
    control.fill(0)
    if (withGradient) {
      inL.fill(0)
      inMode.fill(0)
      inMultipliers.fill(0)
      squares.fill(0)
      for (const array of inFixed) array.fill(0)
    }
    for (let s = from; s < to; s++) {
      step.set(points.subarray(s * q, (s + 1) * q))
      backward(symbolic, factor, step)
      for (let c = 0; c < q; c++) u[c] = mode[c] + step[c]
      heights(u)
      for (let g = 0; g < G; g++) {
        const ratio = height[g] + logWeights[s * G + g] - reference[g]
        weight[g] = ratio > Number.NEGATIVE_INFINITY ? Math.exp(ratio) : 0
        total[g] += weight[g]
        control[g] += normalRatio[s * G + g]
        if (ratios) ratios[g * count + s] = Number.isNaN(ratio) ? Number.NEGATIVE_INFINITY : ratio
      }
      if (!withGradient) continue
      addDraw()
      forward(symbolic, factor, slope)
      addToFactor()
    }
  }

  /** Turns sums over draws into means with weights that sum to 1 in each component. */
  function normalise(): void {
    for (let i = 0, at = 0; i < n; i++) {
      const scale = 1 / total[components.ofRow[i]]
      for (let k = 0; k < K; k++) inFixed[k][i] *= scale
      for (let s = 0; s < width; s++, at++) inMultipliers[at] *= scale
    }
    for (let c = 0; c < q; c++) inMode[c] /= total[components.ofElement[c]]
    for (let s = 0; s + 1 < firstColumn.length; s++) {
      const wide = firstColumn[s + 1] - firstColumn[s]
      for (let at = panelStart[s], j = 0; at < panelStart[s + 1]; at++, j = j + 1 < wide ? j + 1 : 0) {
        inL[at] /= total[components.ofElement[firstColumn[s] + j]]
      }
      for (let j = 0; j < wide; j++) {
        const at = panelStart[s] + j * wide + j
        inL[at] -= 1 / factor[at]
      }
    }
  }

  /** From the derivatives in L and the mode to those in the fixed parts and multipliers; rows stand at the mode. */
  function throughMode(): void {
    reverseCholesky(symbolic, factor, inL)
    for (let i = 0; i < n; i++) {
      const row = i * width
      inEta.fill(0)
      for (let s = 0, pair = i * perRow; s < width; s++) {
        for (let t = 0; t <= s; t++, pair++) {
          const inH = twice[pair - i * perRow] * inL[symbolic.target[entries[pair]]]
          const [ks, kt] = [predictorOf[s], predictorOf[t]]
          const second = d2[pairs[ks * K + kt]][i]
          inMultipliers[row + s] -= inH * second * a[row + t]
          inMultipliers[row + t] -= inH * second * a[row + s]
          const product = inH * a[row + s] * a[row + t]
          for (let j = 0; j < K; j++) inEta[j] -= product * d3[triples[(j * K + ks) * K + kt]][i]
        }
      }
      for (let j = 0; j < K; j++) inFixed[j][i] += inEta[j]
      for (let s = 0; s < width; s++) {
        inMultipliers[row + s] += inEta[predictorOf[s]] * mode[columns[row + s]]
        inMode[columns[row + s]] += inEta[predictorOf[s]] * a[row + s]
      }
    }
    solve(symbolic, factor, inMode)
    for (let i = 0; i < n; i++) {
      const row = i * width
      along.fill(0)
      inEta.fill(0)
      for (let s = 0; s < width; s++) along[predictorOf[s]] += a[row + s] * inMode[columns[row + s]]
      for (let j = 0; j < K; j++) {
        for (let k = 0; k < K; k++) inEta[j] += d2[pairs[j * K + k]][i] * along[k]
        inFixed[j][i] += inEta[j]
      }
      for (let s = 0; s < width; s++) {
        const k = predictorOf[s]
        inMultipliers[row + s] += inEta[k] * mode[columns[row + s]] + d1[k][i] * inMode[columns[row + s]]
      }
    }
  }

  /** The estimate from the draws from ... to - 1. */
  function evaluate(
    laplace: Laplace,
    x: Float64Array,
    gradient: Float64Array | null,
    offsets: readonly Float64Array[] | null = null,
    from = 0,
    to = count,
    ratios: Float64Array | null = null,
  ): number {
    const normalApproximation = laplace.evaluate(x, null, offsets)
    laplace.forget()
    if (normalApproximation === Number.NEGATIVE_INFINITY) return normalApproximation
    heights(mode)
    // The weight that a draw at the typical distance would have if h were quadratic: others are not far from it.
    for (let g = 0; g < G; g++) {
      reference[g] = height[g] - 0.5 * components.sizes[g] + logWeight(components.sizes[g], components.sizes[g])
    }
    sumDraws(from, to, gradient !== null, ratios)
    let value = 0.5 * prior.logDeterminant() - 0.5 * logDeterminant(symbolic, factor)
    for (let g = 0; g < G; g++) value += reference[g] + Math.log(total[g] / control[g])
    if (!Number.isFinite(value)) return Number.NEGATIVE_INFINITY
    if (gradient) {
      normalise()
      heights(mode)
      throughMode()
      linear.gradient(inFixed, inMultipliers, gradient)
      prior.addDerivatives(inPrior, gradient)
    }
    return value
  }

  const from = (laplace: Laplace): ImportanceDensity => ({
    ...marginalDensity({
      dimension: layout.dimension,
      levels: 1,
      evaluate: (x, gradient, byLevel, offsets) => {
        const value = evaluate(laplace, x, gradient, offsets)
        if (byLevel) byLevel[0] = value
        return value
      },
      effectsAt,
    }),
    near: (x) => from(laplace.near(x)),
    diagnose: (x) => {
      const ratios = new Float64Array(G * count)
      evaluate(laplace, x, null, null, 0, count, ratios)
      return diagnosis(ratios, normalRatio, G)
    },
    batchGradients: (x, parts) => {
      const strata = count / stratum
      const batches = Math.min(parts, strata)
      return Array.from({ length: batches }, (_, b) => {
        const gradient = new Float64Array(layout.dimension)
        const [first, end] = [b, b + 1].map((edge) => stratum * Math.floor((edge * strata) / batches))
        evaluate(laplace, x, gradient, null, first, end)
        return gradient
      })
    },
  })
  return from(placed)
}
