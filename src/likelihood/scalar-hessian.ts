import type { QuadratureRule } from '../numerics/gauss-hermite.js'
import { emptyMode, findMode } from './conditional-mode.js'
import { fourthDerivatives, fourthScratch } from './fourth-derivatives.js'
import { fixedPredictor, type GroupedRows } from './grouped-rows.js'
import { nodeMoments } from './node-moments.js'
import { heightsAtNodes } from './scalar-marginal.js'
import type { NodeScratch, Scratch } from './scratch.js'

/**
 * Minus the Hessian of scalarMarginal in (beta, sigma), d x d: the tangent of its gradient along each parameter, a dot
 * marking the derivative along the direction. Sums of the rows' derivatives times their covariates, at each node and
 * at the mode, are all that the directions need, so that the rows are gone through once. Null out of support.
 */
export function scalarHessian(
  rows: GroupedRows,
  work: Scratch,
  nodeWork: NodeScratch,
  { nodes, logWeights }: QuadratureRule,
  parameters: Float64Array,
): Float64Array | null {
  const { p, x, z, start, shifted } = rows
  const { fixed, d1, d2, d3 } = work
  const d = p + 1
  const sigma = parameters[p]
  const count = nodes.length
  const column = (length: number): Float64Array => new Float64Array(length)
  const { u, share, slope } = nodeWork
  let largest = 0
  for (let g = 0; g + 1 < start.length; g++) largest = Math.max(largest, start[g + 1] - start[g])
  // At each node: x times first and z times second derivatives, z^2 times second ones; the rows' mean second derivative.
  const [xFirst, xSecond, zSecond, mean2] = [column(p * count), column(p * count), column(count), work.rowWeight]
  const fourth = work.logDensity
  const spare = fourthScratch(rows)
  const second = column(largest * count)
  // At the mode: x times z d2, z^2 d3, z^3 d4, and what multiplies a change of the predictors.
  const [xz2, xz3, xz4, xBend] = [column(p), column(p), column(p), column(p)]
  const curved = column(p * p)
  const [nodeDot, shareDot, slopeDot, heightDot] = [column(count), column(count), column(count), column(count)]
  const mode = emptyMode()
  const hessian = new Float64Array(d * d)
  fixedPredictor(rows, parameters, fixed)

  for (let g = 0; g + 1 < start.length; g++) {
    const from = start[g]
    const to = start[g + 1]
    if (!findMode(rows, work, sigma, g, mode)) return null
    const { u: m, curvature: H } = mode
    const s = 1 / Math.sqrt(H)
    fourthDerivatives(rows, work, sigma, g, mode, spare, fourth)

    const shiftedNodes = heightsAtNodes(rows, work, nodeWork, nodes, sigma, g, mode, second)
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
    if (shiftedNodes) shifted!.moments(x, p, share, count, nodeWork.d1, xFirst, xSecond, zSecond, mean2)
    else nodeMoments(rows, g, share, count, nodeWork.d1, second, xFirst, xSecond, zSecond, mean2)

    let [S0, mixed, third, z4] = [0, 0, 0, 0]
    for (let i = from; i < to; i++) {
      const zi = z[i]
      S0 += zi * d1[i]
      mixed += zi * zi * d2[i]
      third += zi * zi * zi * d3[i]
      z4 += zi * zi * zi * zi * fourth[i]
    }
    const perH = (-0.5 / H) * (1 + s * b)
    const perMode = a - perH * sigma ** 3 * third
    const viaMode = (perMode * sigma) / H
    const viaCurvature = perH * sigma * sigma
    const S = S0 + sigma * m * mixed
    const Q = 2 * sigma * mixed + sigma * sigma * m * third

    for (const sum of [xz2, xz3, xz4, xBend, curved]) sum.fill(0)
    for (let i = from; i < to; i++) {
      const zi = z[i]
      const bend = zi * (viaMode * d3[i] - viaCurvature * zi * fourth[i])
      const [by2, by3, by4, byBend] = [zi * d2[i], zi * zi * d3[i], zi * zi * zi * fourth[i], zi * bend]
      for (let r = 0; r < p; r++) {
        const xr = x[i * p + r]
        if (xr === 0) continue
        xz2[r] += xr * by2
        xz3[r] += xr * by3
        xz4[r] += xr * by4
        xBend[r] += xr * byBend
        const weighted = xr * (mean2[i] + bend)
        for (let v = 0; v <= r; v++) curved[r * p + v] += weighted * x[i * p + v]
      }
    }

    for (let v = 0; v < d; v++) {
      // The direction: the fixed parts move by the column x_v, or sigma by tau.
      const tau = v === p ? 1 : 0
      const own = 1 - tau
      const mDot = (tau === 1 ? S : sigma * xz2[v]) / H
      const along = tau * m + sigma * mDot // the predictors at the mode move by own x_v + z along
      const slopeModeDot = own * (xz2[v] || 0) + along * mixed
      const mixedDot = own * (xz3[v] || 0) + along * third
      const thirdDot = own * (xz4[v] || 0) + along * z4
      const HDot = -2 * sigma * tau * mixed - sigma * sigma * mixedDot
      const sDot = (-0.5 * s * HDot) / H

      let meanHeightDot = 0
      for (let k = 0; k < count; k++) {
        const uDot = mDot + sDot * nodes[k]
        nodeDot[k] = tau * u[k] + sigma * uDot // of sigma u_k
        heightDot[k] = nodeDot[k] * slope[k] - u[k] * uDot
        slopeDot[k] = nodeDot[k] * zSecond[k]
        if (tau === 0) {
          heightDot[k] += xFirst[v * count + k]
          slopeDot[k] += xSecond[v * count + k]
        }
        meanHeightDot += share[k] * heightDot[k]
      }
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

      for (let r = 0; r < p; r++) {
        let sum = viaModeDot * xz2[r] - viaCurvatureDot * xz3[r] + along * xBend[r]
        for (let k = 0, at = r * count; k < count; k++, at++) {
          sum += shareDot[k] * xFirst[at] + share[k] * nodeDot[k] * xSecond[at]
        }
        if (tau === 0) sum += r >= v ? curved[r * p + v] : curved[v * p + r]
        hessian[r * d + v] -= sum
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
