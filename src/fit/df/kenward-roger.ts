import { flat } from '../../covariance/flat.js'
import { blockForm, timesBlock } from '../../likelihood/normal/effect-blocks.js'
import { type Direction, effectTraces } from '../../likelihood/normal/effect-traces.js'
import type { NormalMarginal } from '../../likelihood/normal/normal-marginal.js'
import { vectorCovariance } from '../../likelihood/normal/vector-covariance.js'
import { generalisedInverse } from '../../numerics/generalised-inverse.js'
import { bendOf, covarianceDirections } from './covariance-directions.js'
import { covarianceOf, type SmallSample, times } from './satterthwaite.js'

/**
 * Small-sample inference on fixed effects after restricted maximum likelihood (Kenward and Roger 1997), for V = Z G Z' + R
 * with R one number over known weights. With Phi = (X'V^-1 X)^-1, V_i the derivatives of V, D_i = X'V^-1 V_i V^-1 X, W the
 * inverse of the expected restricted information and P V X's complement, V^-1 - V^-1 X Phi X'V^-1,
 *
 *   I_ij = tr(P V_i P V_j) / 2,   Phi_A = Phi + 2 Phi [ sum W_ij X'V^-1 V_i P V_j V^-1 X - C / 4 ] Phi,
 *   df_c = 2 v^2 / (g'Wg) with v = Phi_cc and g_i = (Phi D_i Phi)_cc: theirs for one contrast.
 *
 * C is zero where V is linear in its parameters. Where it is not, C is that of Kenward and Roger (2009), which does not depend
 * on the parameters chosen, of which those `held` (fixed at the end of their range) count as known, and R where there is `noResidual`: with S = sum W_ij V_ij, h_i = tr(P V_i P S) / 2 and c = W h, C = X'V^-1 (S - sum c_i V_i) V^-1 X.
 */
export function kenwardRoger(normal: NormalMarginal, held: readonly number[], noResidual: boolean): SmallSample {
  const { p, covariance: phi } = normal
  const { directions, curves } = covarianceDirections(normal, held)
  const { d, q, information } = restrictedInformation(normal, directions)
  const size = d.length
  if (noResidual)
    for (let i = 0; i < size; i++) information[i * size + size - 1] = information[(size - 1) * size + i] = 0
  const W = generalisedInverse(information, size)

  const middle = new Float64Array(p * p)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const weight = W[i * size + j]
      for (let e = 0; e < p * p; e++) middle[e] += weight * q[i][j][e]
    }
  }
  if (curves.length > 0) {
    const bend = bendOf(normal, curves, (i, j) => W[i * size + j])
    // As one direction more, which stands before the residual.
    const more = restrictedInformation(normal, [...directions, bend])
    const at = directions.length
    const h = Float64Array.from({ length: size }, (_, i) => more.information[(i < at ? i : at + 1) * (size + 1) + at])
    const left = more.d[at].slice()
    d.forEach((of, i) => {
      let c = 0
      for (let j = 0; j < size; j++) c += W[i * size + j] * h[j]
      for (let e = 0; e < p * p; e++) left[e] -= c * of[e]
    })
    for (let e = 0; e < p * p; e++) middle[e] -= left[e] / 4
  }

  const correction = product(product(phi, middle, p), phi, p)
  const covariance = phi.map((value, e) => value + correction[e] + correction[(e % p) * p + Math.floor(e / p)])
  return { covariance, ...approximateF(phi, d, W, p) }
}

/**
 * The degrees of freedom and the scale that match two moments of the F statistic to those of F, with Theta = L'(L Phi L')^-1 L and
 *
 *   A_1 = sum W_ij tr(Theta Phi D_i Phi) tr(Theta Phi D_j Phi),   A_2 = sum W_ij tr(Theta Phi D_i Phi Theta Phi D_j Phi)
 *
 * (Kenward and Roger 1997, section 3.3). For one combination the scale is 1 and the degrees of freedom 2 v^2 / (g'Wg).
 */
function approximateF(
  phi: Float64Array,
  d: readonly Float64Array[],
  W: Float64Array,
  p: number,
): Pick<SmallSample, 'of' | 'joint'> {
  const size = d.length
  const moments = (rows: readonly Float64Array[]): { one: number; two: number } => {
    const q = rows.length
    const inverse = generalisedInverse(covarianceOf(rows, phi, p), q)
    const columns = rows.map((row) => times(phi, row, p))
    // (L Phi L')^-1 L Phi D_i Phi L', q x q: the traces are those of these and of their products.
    const parts = d.map((of) => {
      const inner = columns.map((left) => columns.map((right) => dot(left, times(of, right, p))))
      return Float64Array.from({ length: q * q }, (_, e) => {
        let sum = 0
        for (let k = 0; k < q; k++) sum += inverse[Math.floor(e / q) * q + k] * inner[k][e % q]
        return sum
      })
    })
    let [one, two] = [0, 0]
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        let trace = 0
        for (let a = 0; a < q; a++) for (let b = 0; b < q; b++) trace += parts[i][a * q + b] * parts[j][b * q + a]
        one += W[i * size + j] * traceOf(parts[i], q) * traceOf(parts[j], q)
        two += W[i * size + j] * trace
      }
    }
    return { one, two }
  }
  return {
    of: (l) => 2 / moments([l]).two,
    joint: (rows) => {
      const q = rows.length
      const { one, two } = moments(rows)
      if (q === 1) return { df: 2 / two, scale: 1 }
      const B = (one + 6 * two) / (2 * q)
      const g = ((q + 1) * one - (q + 4) * two) / ((q + 2) * two)
      const over = 3 * q + 2 * (1 - g)
      const [c1, c2, c3] = [g / over, (q - g) / over, (q + 2 - g) / over]
      const expected = 1 - two / q
      const rho = ((1 + c1 * B) / (1 - c2 * B) ** 2 / (1 - c3 * B)) * (expected ** 2 / q)
      const df = 4 + (q + 2) / (q * rho - 1)
      return { df, scale: (df / (df - 2)) * expected }
    },
  }
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0)

function traceOf(matrix: Float64Array, q: number): number {
  let sum = 0
  for (let a = 0; a < q; a++) sum += matrix[a * (q + 1)]
  return sum
}

/** D_i, X'V^-1 V_i P V_j V^-1 X and the restricted information of the directions given and, last, of R. */
interface Information {
  readonly d: readonly Float64Array[]
  readonly q: readonly (readonly Float64Array[])[]
  readonly information: Float64Array
}

/**
 * Through Z'PZ: a solve an effect for the traces, p a direction for the second. As R = V - ZGZ', PVP = P and PX = 0, the
 * residual's part is that of V, which is known at once, less that of the direction G.
 */
function restrictedInformation(normal: NormalMarginal, directions: readonly Direction[]): Information {
  const { p, information: x, projected, terms, throughEffects, observations } = normal
  const g = terms.map((term) => (term.laid.covariance === flat ? null : vectorCovariance(term)))
  const all: Direction[] = [...directions, g]
  const m = directions.length
  const moved = all.map((direction) => projected.map((u) => along(normal, direction, u)))
  const seen = moved.map((columns) => columns.map(throughEffects))
  const direct = all.map((direction) => form(normal, direction))
  const twice = moved.map((left) => seen.map((right) => crossForm(left, right)))
  const { one, two } = effectTraces(normal, all)

  const signed = (matrix: Float64Array, minus: boolean): Float64Array =>
    minus ? matrix.map((value) => -value) : matrix
  const d = all.map((_, i) => (i < m ? direct[i] : x.map((value, e) => value - direct[m][e])))
  const q = all.map((_, i) => all.map((__, j) => signed(twice[i][j], (i === m) !== (j === m))))
  const trace = (i: number, j: number): number => {
    const both = two[i * (m + 1) + j]
    if (i < m && j < m) return both
    return i === j ? observations - p - 2 * one[m] + both : one[Math.min(i, j)] - both
  }
  const information = new Float64Array((m + 1) ** 2)
  for (let i = 0; i <= m; i++) for (let j = 0; j <= m; j++) information[i * (m + 1) + j] = trace(i, j) / 2
  return { d, q, information }
}

/** B u for a direction. */
function along({ terms }: NormalMarginal, direction: Direction, u: Float64Array): Float64Array {
  const out = new Float64Array(u.length)
  terms.forEach(({ q, starts }, t) => {
    const block = direction[t]
    if (!block) return
    for (const first of starts) out.set(u.subarray(first, first + q), first)
    timesBlock(block, q, starts, false, out)
  })
  return out
}

/** U'BU for a direction, p x p. */
function form({ terms, projected, p }: NormalMarginal, direction: Direction): Float64Array {
  const out = new Float64Array(p * p)
  terms.forEach(({ q, starts }, t) => {
    const block = direction[t]
    if (!block) return
    const part = blockForm(block, q, starts, projected)
    for (let e = 0; e < out.length; e++) out[e] += part[e]
  })
  return out
}

/** Products of each left array with each right one, p x p. */
function crossForm(left: readonly Float64Array[], right: readonly Float64Array[]): Float64Array {
  const p = left.length
  const out = new Float64Array(p * p)
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < p; j++) {
      let sum = 0
      for (let c = 0; c < left[i].length; c++) sum += left[i][c] * right[j][c]
      out[i * p + j] = sum
    }
  }
  return out
}

function product(a: Float64Array, b: Float64Array, p: number): Float64Array {
  const out = new Float64Array(p * p)
  for (let i = 0; i < p; i++)
    for (let k = 0; k < p; k++) for (let j = 0; j < p; j++) out[i * p + j] += a[i * p + k] * b[k * p + j]
  return out
}
