import type { PredictorMap } from '../../data/predictor-map.js'
import { pairsOf, triplesOf } from '../../families/derivative-order.js'
import { densitySize, type RowDensity, vanish } from '../../families/row-density.js'
import { informationOf } from './row-information.js'
import { type Jet, jetEvaluator, tileSize } from '../../numerics/jets.js'

/** Log densities of a tile of points as functions of K linear predictors. */
export interface TileDensity {
  /** The linear predictors at the points, to be filled before `run`: K arrays of tileSize. */
  readonly eta: readonly Float64Array[]
  /** The log density and its derivatives in the order of RowDensity.at, each over the points. */
  readonly out: readonly Float64Array[]
  /**
   * Writes log density and derivatives up to `order` at `count` points: of the rows from `row` on, or of that row alone
   * where `same`.
   */
  readonly run: (order: number, count: number, row: number, same: boolean) => void
  /**
   * Writes J' I J to `out`, by pairs of linear predictors, at the points of the last run: J the derivatives of the family's
   * predictors in the linear ones, I their information as `informationOf` has it. Positive semidefinite, unlike the
   * observed information, to which the map's own curvature adds (Gauss and Newton).
   */
  readonly information: (count: number, row: number, same: boolean, out: readonly Float64Array[]) => void
}

/** A derivative of the family's log density times derivatives of its predictors, so many times. */
interface Term {
  times: number
  readonly density: number
  readonly factors: readonly Float64Array[]
}

/**
 * The log density f(tau(eta)) of a family of F predictors tau that are functions of K linear predictors eta. With g the
 * derivatives of log f in tau, the chain rule to third order is
 *
 *   d_a   = sum_f g_f tau_f,a
 *   d_ab  = sum_f g_f tau_f,ab + sum_fh g_fh tau_f,a tau_h,b
 *   d_abc = sum_f g_f tau_f,abc + sum_fh g_fh (tau_f,ab tau_h,c + tau_f,ac tau_h,b + tau_f,bc tau_h,a)
 *           + sum_fhk g_fhk tau_f,a tau_h,b tau_k,c.
 *
 * What is zero for every row, as all derivatives but one of a tau that is a linear predictor, is not in the sums. Where tau
 * is not finite the density vanishes.
 */
export function mappedDensity(density: RowDensity, map: PredictorMap, K: number): TileDensity {
  const { predictors: eta, results, run: evaluate } = jetEvaluator(map.tape, K, map.columns)
  const F = map.outputs.length
  const taus = map.outputs.map((output) =>
    'result' in output ? results[output.result] : linear(eta[output.predictor], output.predictor),
  )
  const size = densitySize(F)
  const g = Array.from({ length: size }, () => new Float64Array(tileSize))
  const indices = derivatives(K)
  const out = indices.map(() => new Float64Array(tileSize))
  const places = new Map(derivatives(F).map((index, at) => [index.join(), at]))
  const plan = indices.map((index) => termsOf(index, taus, places))
  const tau = new Float64Array(F)
  const own = new Float64Array(size)
  const pairs = pairsOf(F)
  const observed = new Float64Array(pairs)
  const known = new Float64Array(pairs)
  const informationAt = informationOf(density)
  const slopes = taus.map((jet) => Array.from({ length: K }, (_, a) => derivativeOf(jet, [a])))
  const slope = new Float64Array(F * K)

  return {
    eta,
    out,
    run: (order, count, row, same) => {
      evaluate(order, count, row, same)
      for (let i = 0; i < count; i++) {
        let sum = 0
        for (let f = 0; f < F; f++) {
          tau[f] = taus[f].entries[0][i]
          sum += tau[f]
        }
        if (sum - sum === 0) density.at(same ? row : row + i, tau, own)
        else vanish(own, size)
        for (let e = 0; e < size; e++) g[e][i] = own[e]
      }
      out[0].set(g[0])
      const last = entriesUpTo(K, order)
      for (let r = 1; r < last; r++) addTerms(plan[r], g, out[r], count)
      for (let i = 0; i < count; i++) {
        let sum = 0
        for (let r = 0; r < last; r++) sum += out[r][i]
        if (sum - sum === 0) continue
        for (let r = 1; r < last; r++) out[r][i] = 0
        out[0][i] = Number.NEGATIVE_INFINITY
      }
    },
    information: (count, row, same, into) => {
      for (let i = 0; i < count; i++) {
        for (let f = 0; f < F; f++) {
          tau[f] = taus[f].entries[0][i]
          for (let a = 0; a < K; a++) {
            const derivative = slopes[f][a]
            slope[f * K + a] = derivative === 'one' ? 1 : (derivative?.[i] ?? 0)
          }
        }
        for (let pair = 0; pair < pairs; pair++) observed[pair] = -g[1 + F + pair][i]
        informationAt(same ? row : row + i, tau, observed, known)
        for (let a = 0, at = 0; a < K; a++) {
          for (let b = 0; b <= a; b++, at++) {
            let sum = 0
            for (let f = 0, pair = 0; f < F; f++) {
              for (let h = 0; h <= f; h++, pair++) {
                const product = slope[f * K + a] * slope[h * K + b]
                sum += known[pair] * (f === h ? product : product + slope[h * K + a] * slope[f * K + b])
              }
            }
            into[at][i] = sum - sum === 0 ? sum : 0
          }
        }
      }
    },
  }
}

/** A row density of K predictors, one row at a time. */
export function byRow(density: TileDensity): RowDensity {
  const K = density.eta.length
  return {
    predictors: K,
    at: (row, eta, out) => {
      for (let k = 0; k < K; k++) density.eta[k][0] = eta[k]
      density.run(3, 1, row, true)
      for (let r = 0; r < density.out.length; r++) out[r] = density.out[r][0]
    },
  }
}

/** Entries of a density of K predictors up to an order of derivatives. */
const entriesUpTo = (K: number, order: number): number =>
  1 + (order > 0 ? K : 0) + (order > 1 ? pairsOf(K) : 0) + (order > 2 ? triplesOf(K) : 0)

/** The predictors of each derivative, descending, in the order of RowDensity.at. */
function derivatives(K: number): readonly (readonly number[])[] {
  const out: number[][] = [[]]
  for (let a = 0; a < K; a++) out.push([a])
  for (let a = 0; a < K; a++) for (let b = 0; b <= a; b++) out.push([a, b])
  for (let a = 0; a < K; a++) for (let b = 0; b <= a; b++) for (let c = 0; c <= b; c++) out.push([a, b, c])
  return out
}

/** A linear predictor as a quantity of its own, with the derivative 1. */
const linear = (eta: Float64Array, k: number): Jet => ({ on: [k], indices: [[]], entries: [eta] })

/** All ways to part a derivative's predictors into blocks, each of which one of the family's predictors takes. */
function partitions(index: readonly number[]): readonly (readonly (readonly number[])[])[] {
  const [a, b, c] = index
  if (index.length === 1) return [[[a]]]
  if (index.length === 2) return [[[a, b]], [[a], [b]]]
  return [[[a, b, c]], [[a, b], [c]], [[a, c], [b]], [[b, c], [a]], [[a], [b], [c]]]
}

/** Derivatives of one of the family's predictors: null where it is zero for every row, 'one' where it is 1. */
function derivativeOf({ on, indices, entries }: Jet, index: readonly number[]): Float64Array | 'one' | null {
  if (indices.length === 1) return index.length === 1 && on[0] === index[0] ? 'one' : null
  const key = [...index].sort((a, b) => b - a).join()
  const at = indices.findIndex((own) => own.join() === key)
  return at < 0 ? null : entries[at]
}

/** The sum that a derivative is, products of the same factors once. */
function termsOf(index: readonly number[], taus: readonly Jet[], places: ReadonlyMap<string, number>): readonly Term[] {
  const terms: Term[] = []
  const add = (chosen: readonly number[], factors: readonly Float64Array[]): void => {
    const density = places.get([...chosen].sort((a, b) => b - a).join())!
    const same = terms.find(
      (one) =>
        one.density === density &&
        one.factors.length === factors.length &&
        one.factors.every((factor) => occurrences(one.factors, factor) === occurrences(factors, factor)),
    )
    if (same) same.times++
    else terms.push({ times: 1, density, factors })
  }
  const choose = (
    blocks: readonly (readonly number[])[],
    chosen: readonly number[],
    factors: readonly Float64Array[],
  ) => {
    if (chosen.length === blocks.length) return add(chosen, factors)
    taus.forEach((tau, f) => {
      const derivative = derivativeOf(tau, blocks[chosen.length])
      if (derivative) choose(blocks, [...chosen, f], derivative === 'one' ? factors : [...factors, derivative])
    })
  }
  if (index.length > 0) for (const blocks of partitions(index)) choose(blocks, [], [])
  return terms
}

const occurrences = (factors: readonly Float64Array[], factor: Float64Array): number =>
  factors.reduce((count, one) => count + Number(one === factor), 0)

function addTerms(terms: readonly Term[], g: readonly Float64Array[], out: Float64Array, count: number): void {
  out.fill(0, 0, count)
  for (const { times, density, factors } of terms) {
    const d = g[density]
    const [x, y, z] = factors
    if (z) for (let i = 0; i < count; i++) out[i] += times * d[i] * x[i] * y[i] * z[i]
    else if (y) for (let i = 0; i < count; i++) out[i] += times * d[i] * x[i] * y[i]
    else if (x) for (let i = 0; i < count; i++) out[i] += times * d[i] * x[i]
    else for (let i = 0; i < count; i++) out[i] += times * d[i]
  }
}
