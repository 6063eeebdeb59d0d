import { describe, expect, it } from 'vitest'
import type { Model } from '../../../src/data/model.js'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { pairIndex, tripleIndex } from '../../../src/families/derivative-order.js'
import { distinctRows } from '../../../src/likelihood/frame/distinct-rows.js'
import { rowModel } from '../../../src/likelihood/frame/row-model.js'
import { laplaceParts } from '../../../src/likelihood/sparse/laplace-parts.js'
import { secondOrder } from '../../../src/likelihood/sparse/second-order.js'
import { cholesky, choleskyInverse } from '../../../src/numerics/cholesky.js'
import { stream } from '../../../src/random/stream.js'
import { state } from '../../../src/likelihood/frame/stated.js'

/**
 * Each row's share of the second-order term, from dense matrices and all pairs of rows:
 * sum_klmn l_klmn v_kl v_mn / 8 + l_klm sum_j l_k'l'm'(j) (v_kl(ii) v_mm'(ij) v_k'l'(jj) / 8 + v_kk' v_ll' v_mm' (ij) / 12).
 */
function sharesOverAllPairs(model: Model, x: Float64Array): Float64Array {
  const { structure, linear, approximation } = laplaceParts(state(model))
  approximation.evaluate(x, null)
  const { size: q, width, columns, prior } = structure
  const n = model.nobs
  const K = model.predictors.length
  const rows = rowModel(state(model))
  /** A_ik as dense vectors. */
  const A = Array.from({ length: n }, () => Array.from({ length: K }, () => new Float64Array(q)))
  linear.slots.forEach(({ predictor }, s) => {
    for (let i = 0; i < n; i++) A[i][predictor][columns[i * width + s]] += linear.multipliers[i * width + s]
  })
  const at = (moved: number, by: number): void => {
    for (let k = 0; k < K; k++) {
      for (let i = 0; i < n; i++) {
        const effects = A[i][k].reduce((sum, multiplier, e) => sum + multiplier * approximation.u[e], 0)
        rows.eta[k][i] = linear.fixed[k][i] + effects + (k === moved ? by : 0)
      }
    }
    rows.evaluate(0, n)
  }
  at(-1, 0)
  const third = rows.d3.map((values) => values.slice())
  const H = new Float64Array(q * q)
  for (let e = 0; e < q; e++)
    prior.times(
      Float64Array.from({ length: q }, (_, f) => (e === f ? 1 : 0)),
      H.subarray(e * q, (e + 1) * q),
    )
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < K; k++) {
      for (let l = 0; l < K; l++) {
        const second = rows.d2[pairIndex(k, l)][i]
        for (let e = 0; e < q; e++)
          if (A[i][k][e] !== 0) for (let f = 0; f < q; f++) H[e * q + f] -= second * A[i][k][e] * A[i][l][f]
      }
    }
  }
  expect(cholesky(H, q)).toBe(true)
  const G = choleskyInverse(H, q)
  const GA = A.map((own) =>
    own.map((a) => Float64Array.from({ length: q }, (_, e) => a.reduce((sum, m, f) => sum + m * G[e * q + f], 0))),
  )
  const v = (i: number, k: number, j: number, l: number): number =>
    A[j][l].reduce((sum, m, e) => (m === 0 ? sum : sum + m * GA[i][k][e]), 0)
  const h = 3e-3
  const fourth = Array.from({ length: K }, (_, k) => {
    at(k, h)
    const up = rows.d3.map((values) => values.slice())
    at(k, -h)
    return up.map((values, t) => values.map((value, i) => (value - rows.d3[t][i]) / (2 * h)))
  })
  const indices = Array.from({ length: K }, (_, k) => k)
  const triples = indices.flatMap((k) => indices.flatMap((l) => indices.map((m) => [k, l, m])))
  return Float64Array.from({ length: n }, (_, i) => {
    let sum = 0
    for (const [k, l, m] of triples) {
      for (const o of indices) sum += (fourth[o][tripleIndex(k, l, m)][i] * v(i, k, i, l) * v(i, m, i, o)) / 8
    }
    for (let j = 0; j < n; j++) {
      const ij = indices.map((k) => indices.map((l) => v(i, k, j, l)))
      for (const [k, l, m] of triples) {
        for (const [a, b, c] of triples) {
          const product = third[tripleIndex(k, l, m)][i] * third[tripleIndex(a, b, c)][j]
          if (product === 0) continue
          sum += product * ((v(i, k, i, l) * ij[m][c] * v(j, a, j, b)) / 8 + (ij[k][a] * ij[l][b] * ij[m][c]) / 12)
        }
      }
    }
    return sum
  })
}

const rng = stream({ seed: 11, replicate: 1, purpose: 'response' })
const pick = (count: number): number => Math.floor(rng.uniform() * count)
const n = 90
const rows = Array.from({ length: n }, () => ({ a: pick(7), b: pick(4), x: pick(3), count: pick(5) }))
const table = tableFrom({
  y: rows.map(({ count }) => count),
  a: rows.map(({ a }) => `a${a}`),
  b: rows.map(({ b }) => `b${b}`),
  x: rows.map(({ x }) => x),
  t: rows.map((_, i) => `t${String((i * 7) % 16).padStart(2, '0')}`),
  w: rows.map(() => rng.normal()),
})

describe('cells give what the sum over all pairs of rows gives, row by row', () => {
  it.each([
    ['crossed', 'y ~ x + (1 | a) + (1 | b)', undefined, [0.4, 0.1, 0.5, 0.3], 90 - 28],
    ['a slope', 'y ~ x + (x | a) + (1 | b)', undefined, [0.4, 0.1, 0.5, 0.1, 0.2, 0.3], 10],
    ['a slope that no two rows share', 'y ~ x + (w | a) + (1 | b)', undefined, [0.4, 0.1, 0.5, 0.1, 0.2, 0.3], 0],
    ['two predictors', 'y ~ x + (1 | a) + (1 | b)', '~ 1 + (1 | a)', [0.6, 0.1, -1, 0.5, 0.3, 0.4], 90 - 28],
    ['a chain', 'y ~ x + ar1(0 + t | b) + (1 | a)', undefined, [0.4, 0.1, 0.5, 0.4, 0.3], 0],
  ])('%s', (_, formula, zi, x, saved) => {
    const model = stateModel(formula, table, { family: 'poisson', ...(zi ? { zi } : {}) })
    const { layout, linear } = laplaceParts(state(model))
    expect(n - distinctRows(layout.terms, linear.slots, n).count).toBeGreaterThanOrEqual(saved)
    const { correction, exact } = secondOrder(laplaceParts(state(model)))
    expect(exact).toBe(true)
    const at = Float64Array.from(x)
    const byRow = new Float64Array(n)
    const total = correction(at, byRow)
    const truth = sharesOverAllPairs(model, at)
    const size = truth.reduce((sum, one) => sum + Math.abs(one), 0)
    // Fourth derivatives are the same differences of third ones here and there: what is left is rounding.
    for (let i = 0; i < n; i++) expect(Math.abs(byRow[i] - truth[i])).toBeLessThan(1e-11 * size)
    expect(Math.abs(total - truth.reduce((sum, one) => sum + one, 0))).toBeLessThan(1e-11 * size)
  })
})
