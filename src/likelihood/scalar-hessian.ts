import type { QuadratureRule } from '../numerics/gauss-hermite.js'
import { findMode, type ModeResult } from './conditional-mode.js'
import { fixedPredictor, type GroupedRows } from './grouped-rows.js'
import type { NodeScratch, Scratch } from './scratch.js'

/** Step in eta for the fourth derivatives, differenced from the third: they enter by small corrections only. */
const fourthStep = 1e-3

/**
 * Minus the Hessian of scalarMarginal in (beta, sigma), d x d: the tangent of its gradient along each parameter, line by
 * line, so that the exponentials of one evaluation serve all directions. A dot below marks the derivative along the
 * direction. Null out of support.
 */
export function scalarHessian(
  rows: GroupedRows,
  work: Scratch,
  nodeWork: NodeScratch,
  { nodes, logWeights }: QuadratureRule,
  parameters: Float64Array,
): Float64Array | null {
  const { n, p, x, z, start, kernel } = rows
  const { fixed, eta, logDensity, d1, d2, d3, rowWeight } = work
  const d = p + 1
  const sigma = parameters[p]
  const count = nodes.length
  const column = (length: number): Float64Array => new Float64Array(length)
  const { u, eta: nodeEta, logDensity: nodeLog, share, slope } = nodeWork
  let largest = 0
  for (let g = 0; g + 1 < start.length; g++) largest = Math.max(largest, start[g + 1] - start[g])
  const score = column(largest * count)
  const second = column(largest * count)
  const [spare1, spare2, above, below] = [column(n), column(n), column(n), column(n)]
  const [nodeDot, shareDot, slopeDot, heightDot] = [column(count), column(count), column(count), column(count)]
  const mode: ModeResult = { u: 0, height: 0, curvature: 1 }
  const hessian = new Float64Array(d * d)
  fixedPredictor(rows, parameters, fixed)

  for (let g = 0; g + 1 < start.length; g++) {
    const from = start[g]
    const to = start[g + 1]
    if (!findMode(rows, work, sigma, g, mode)) return null
    const { u: m, curvature: H } = mode
    const s = 1 / Math.sqrt(H)
    let [slopeAtMode, mixed, third] = [0, 0, 0]
    for (let i = from; i < to; i++) {
      slopeAtMode += z[i] * d1[i]
      mixed += z[i] * z[i] * d2[i]
      third += z[i] ** 3 * d3[i]
    }
    for (const [sign, out] of [
      [1, above],
      [-1, below],
    ] as const) {
      for (let i = from; i < to; i++) eta[i] = fixed[i] + sigma * z[i] * m + sign * fourthStep
      kernel.curvature(eta, from, to, logDensity, spare1, spare2, out)
    }

    // The sums over the nodes, as in scalarMarginal, with second derivatives kept.
    for (let k = 0; k < count; k++) {
      u[k] = m + s * nodes[k]
      share[k] = -0.5 * u[k] * u[k]
      slope[k] = 0
    }
    for (let i = from, at = 0; i < to; i++, at += count) {
      for (let k = 0; k < count; k++) nodeEta[k] = fixed[i] + sigma * z[i] * u[k]
      kernel.atNodes(i, nodeEta, count, nodeLog, score, at, second)
      for (let k = 0; k < count; k++) {
        share[k] += nodeLog[k]
        slope[k] += z[i] * score[at + k]
      }
    }
    let mass = 0
    for (let k = 0; k < count; k++) {
      share[k] = Math.exp(logWeights[k] + 0.5 * nodes[k] ** 2 + share[k] - mode.height)
      mass += share[k]
    }
    let [a, b] = [0, 0]
    for (let k = 0; k < count; k++) {
      share[k] /= mass
      const hPrime = sigma * slope[k] - u[k]
      a += share[k] * hPrime
      b += share[k] * nodes[k] * hPrime
    }
    const perH = (-0.5 / H) * (1 + s * b)
    const perMode = a - perH * sigma ** 3 * third
    const viaMode = (perMode * sigma) / H
    const viaCurvature = perH * sigma * sigma
    const S = slopeAtMode + sigma * m * mixed
    const Q = 2 * sigma * mixed + sigma * sigma * m * third

    for (let v = 0; v < d; v++) {
      // The direction: the fixed parts move by the column x_v, or sigma by tau.
      const tau = v === p ? 1 : 0
      let pull = tau * S
      if (tau === 0) for (let i = from; i < to; i++) pull += sigma * z[i] * d2[i] * x[i * p + v]
      const mDot = pull / H
      let [slopeModeDot, mixedDot, thirdDot] = [0, 0, 0]
      for (let i = from; i < to; i++) {
        const etaDot = (tau === 0 ? x[i * p + v] : z[i] * m) + sigma * z[i] * mDot
        const fourth = (above[i] - below[i]) / (2 * fourthStep)
        slopeModeDot += z[i] * d2[i] * etaDot
        mixedDot += z[i] * z[i] * d3[i] * etaDot
        thirdDot += z[i] ** 3 * fourth * etaDot
      }
      const HDot = -2 * sigma * tau * mixed - sigma * sigma * mixedDot
      const sDot = (-0.5 * s * HDot) / H

      for (let k = 0; k < count; k++) {
        const uDot = mDot + sDot * nodes[k]
        nodeDot[k] = tau * u[k] + sigma * uDot // of sigma u_k
        heightDot[k] = -u[k] * uDot
        slopeDot[k] = 0
      }
      for (let i = from, at = 0; i < to; i++, at += count) {
        const own = tau === 0 ? x[i * p + v] : 0
        const zi = z[i]
        for (let k = 0; k < count; k++) {
          const etaDot = own + zi * nodeDot[k]
          heightDot[k] += score[at + k] * etaDot
          slopeDot[k] += zi * second[at + k] * etaDot
        }
      }
      let meanHeightDot = 0
      for (let k = 0; k < count; k++) meanHeightDot += share[k] * heightDot[k]
      let [aDot, bDot, directDot] = [0, 0, 0]
      for (let k = 0; k < count; k++) {
        shareDot[k] = share[k] * (heightDot[k] - meanHeightDot)
        const uDot = mDot + sDot * nodes[k]
        const hPrime = sigma * slope[k] - u[k]
        const hPrimeDot = tau * slope[k] + sigma * slopeDot[k] - uDot
        const part = shareDot[k] * hPrime + share[k] * hPrimeDot
        aDot += part
        bDot += nodes[k] * part
        directDot += shareDot[k] * u[k] * slope[k] + share[k] * (uDot * slope[k] + u[k] * slopeDot[k])
      }
      const perHDot = -s * sDot * (1 + s * b) - 0.5 * s * s * (sDot * b + s * bDot)
      const perModeDot =
        aDot - perHDot * sigma ** 3 * third - perH * (3 * sigma * sigma * tau * third + sigma ** 3 * thirdDot)
      const viaModeDot = (perModeDot * sigma + perMode * tau - viaMode * HDot) / H
      const viaCurvatureDot = perHDot * sigma * sigma + 2 * perH * sigma * tau
      const SDot = slopeModeDot + tau * m * mixed + sigma * (mDot * mixed + m * mixedDot)
      const QDot =
        2 * tau * mixed +
        2 * sigma * mixedDot +
        2 * sigma * tau * m * third +
        sigma * sigma * (mDot * third + m * thirdDot)

      for (let i = from, at = 0; i < to; i++, at += count) {
        const own = tau === 0 ? x[i * p + v] : 0
        const zi = z[i]
        let meanDot = 0
        for (let k = 0; k < count; k++) {
          meanDot += shareDot[k] * score[at + k] + share[k] * second[at + k] * (own + zi * nodeDot[k])
        }
        const etaDot = own + zi * (tau * m + sigma * mDot)
        const fourth = (above[i] - below[i]) / (2 * fourthStep)
        const viaD2 = viaModeDot * d2[i] + viaMode * d3[i] * etaDot
        const viaD3 = viaCurvatureDot * d3[i] + viaCurvature * fourth * etaDot
        rowWeight[i] = meanDot + zi * (viaD2 - zi * viaD3)
      }
      for (let i = from; i < to; i++) {
        for (let r = 0; r < p; r++) hessian[r * d + v] -= x[i * p + r] * rowWeight[i]
      }
      hessian[p * d + v] -=
        directDot + (perModeDot * S + perMode * SDot - (perMode * S * HDot) / H) / H - perHDot * Q - perH * QDot
    }
  }
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) {
      const mean = 0.5 * (hessian[i * d + j] + hessian[j * d + i])
      hessian[i * d + j] = mean
      hessian[j * d + i] = mean
    }
  }
  return hessian
}
