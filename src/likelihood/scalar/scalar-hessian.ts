import type { QuadratureRule } from '../../numerics/gauss-hermite.js'
import { emptyMode, findMode } from './conditional-mode.js'
import { fourthDerivatives, fourthScratch } from './fourth-derivatives.js'
import { fixedPredictor, type GroupedRows } from '../frame/grouped-rows.js'
import { nodeMoments } from './node-moments.js'
import { heightsAtNodes } from './scalar-marginal.js'
import type { NodeScratch, Scratch } from '../frame/scratch.js'

/**
 * Minus the Hessian of scalarMarginal in (beta, sigma), d x d. A level's log L is F(theta, m, s) = log s + log sum_k w_k
 * exp(z_k^2 / 2 + h(m + s z_k)) with the mode m(theta) and s = H(theta)^(-1/2); its second derivatives are
 *
 *   F_ab + F_am m_b + ... + F_ss s_a s_b + F_m m_ab + F_s s_ab,
 *
 * where those of F are means over the nodes of second derivatives of h plus covariances of its first ones, and those of
 * m and s come by implicit differentiation. Sums of the rows' derivatives times their covariates are all it needs, so
 * that the rows are gone through once. Null out of support.
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
  const { u, share, divisor, slope } = nodeWork
  let largest = 0
  for (let g = 0; g + 1 < start.length; g++) largest = Math.max(largest, start[g + 1] - start[g])
  // Derivatives of h at each node in (theta, m, s), and one of them centred and times the node's share.
  const D = d + 2
  const first = column(D * count)
  const centred = column(count)
  const xFirst = first.subarray(0, p * count)
  const mean = column(D)
  const F = column(D * D) // lower triangle
  const [tau, toMode, toScale] = [p * D, d * D, (d + 1) * D] // its last rows
  // x z and z^2 times second derivatives at each node; the rows' mean second derivative.
  const [xSecond, zSecond, mean2] = [column(p * count), column(count), work.rowWeight]
  const fourth = work.logDensity
  const spare = fourthScratch(rows)
  const second = column(largest * count)
  // At the mode: sums of x times z, z^2 and z^3 times the second to fourth derivatives.
  const [x2, x3, x4] = [column(p), column(p), column(p)]
  // In theta: derivatives of h', h'' and the third one of h, then those of the mode, of H and of s.
  const [hu, huu, huuu] = [column(d), column(d), column(d)]
  const [dm, dH, ds] = [column(d), column(d), column(d)]
  const curved = column(p * p)
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
      share[k] = Math.exp(logWeights[k] + 0.5 * nodes[k] * nodes[k] + share[k] - mode.height) / divisor[k]
      mass += share[k]
    }
    for (let k = 0; k < count; k++) {
      share[k] /= mass
      const hPrime = sigma * slope[k] - u[k]
      first[p * count + k] = u[k] * slope[k]
      first[d * count + k] = hPrime
      first[(d + 1) * count + k] = nodes[k] * hPrime
    }
    if (shiftedNodes) shifted!.moments(x, p, share, count, nodeWork.d1, xFirst, xSecond, zSecond, mean2)
    else nodeMoments(rows, g, share, count, nodeWork.d1, second, xFirst, xSecond, zSecond, mean2)

    for (let j = 0; j < D; j++) {
      let sum = 0
      for (let k = 0, at = j * count; k < count; k++, at++) sum += share[k] * first[at]
      mean[j] = sum
      for (let k = 0, at = j * count; k < count; k++, at++) centred[k] = share[k] * (first[at] - sum)
      for (let l = 0; l <= j; l++) {
        let covariance = 0
        for (let k = 0, at = l * count; k < count; k++, at++) covariance += centred[k] * first[at]
        F[j * D + l] = covariance
      }
    }
    // Second derivatives of h, but for those in two fixed effects, which come row by row below.
    for (let r = 0; r < p; r++) {
      for (let k = 0, at = r * count; k < count; k++, at++) {
        const weighted = share[k] * xSecond[at]
        F[tau + r] += weighted * u[k]
        F[toMode + r] += weighted * sigma
        F[toScale + r] += weighted * sigma * nodes[k]
      }
    }
    for (let k = 0; k < count; k++) {
      const mixed = share[k] * (slope[k] + sigma * u[k] * zSecond[k])
      const pure = share[k] * (sigma * sigma * zSecond[k] - 1)
      F[tau + p] += share[k] * u[k] * u[k] * zSecond[k]
      F[toMode + p] += mixed
      F[toScale + p] += mixed * nodes[k]
      F[toMode + d] += pure
      F[toScale + d] += pure * nodes[k]
      F[toScale + d + 1] += pure * nodes[k] * nodes[k]
    }
    F[toScale + d + 1] -= H // of log s

    let [z1, z2, z3, z4] = [0, 0, 0, 0]
    for (let i = from; i < to; i++) {
      const zi = z[i]
      z1 += zi * d1[i]
      z2 += zi * zi * d2[i]
      z3 += zi * zi * zi * d3[i]
      z4 += zi * zi * zi * zi * fourth[i]
    }
    const cubic = sigma ** 3 * z3
    const quartic = sigma ** 4 * z4
    const viaH = (0.5 * (mean[d + 1] + 1 / s) * s) / H // minus the derivative of F in H
    const viaMode = (mean[d] + viaH * cubic) / H
    x2.fill(0)
    x3.fill(0)
    x4.fill(0)
    curved.fill(0)
    for (let i = from; i < to; i++) {
      const zi = z[i]
      const [by2, by3, by4] = [zi * d2[i], zi * zi * d3[i], zi * zi * zi * fourth[i]]
      const bend = mean2[i] + sigma * zi * (viaMode * d3[i] + viaH * sigma * zi * fourth[i])
      for (let r = 0; r < p; r++) {
        const xr = x[i * p + r]
        if (xr === 0) continue
        x2[r] += xr * by2
        x3[r] += xr * by3
        x4[r] += xr * by4
        for (let v = 0; v <= r; v++) curved[r * p + v] += bend * xr * x[i * p + v]
      }
    }
    for (let r = 0; r < p; r++) {
      hu[r] = sigma * x2[r]
      huu[r] = sigma * sigma * x3[r]
      huuu[r] = sigma ** 3 * x4[r]
    }
    hu[p] = z1 + sigma * m * z2
    huu[p] = 2 * sigma * z2 + sigma * sigma * m * z3
    huuu[p] = 3 * sigma * sigma * z3 + sigma ** 3 * m * z4
    for (let a = 0; a < d; a++) {
      dm[a] = hu[a] / H
      dH[a] = -(huu[a] + cubic * dm[a])
      ds[a] = (-0.5 * s * dH[a]) / H
    }

    for (let a = 0; a < d; a++) {
      for (let b = 0; b <= a; b++) {
        const moving = huu[a] * dm[b] + huu[b] * dm[a] + cubic * dm[a] * dm[b]
        const bending = huuu[a] * dm[b] + huuu[b] * dm[a] + quartic * dm[a] * dm[b] + (1.5 * dH[a] * dH[b]) / H
        hessian[a * d + b] -=
          F[a * D + b] +
          F[toMode + a] * dm[b] +
          F[toMode + b] * dm[a] +
          F[toMode + d] * dm[a] * dm[b] +
          F[toScale + a] * ds[b] +
          F[toScale + b] * ds[a] +
          F[toScale + d] * (dm[a] * ds[b] + ds[a] * dm[b]) +
          F[toScale + d + 1] * ds[a] * ds[b] +
          viaMode * moving +
          viaH * bending
      }
    }
    // Second derivatives of h' and h'' in theta at fixed u, those in two fixed effects being in `curved`.
    for (let r = 0; r < p; r++) {
      for (let v = 0; v <= r; v++) hessian[r * d + v] -= curved[r * p + v]
      const of1 = x2[r] + sigma * m * x3[r]
      const of2 = 2 * sigma * x3[r] + sigma * sigma * m * x4[r]
      hessian[p * d + r] -= viaMode * of1 + viaH * of2
    }
    const of1 = 2 * m * z2 + sigma * m * m * z3
    const of2 = 2 * z2 + 4 * sigma * m * z3 + sigma * sigma * m * m * z4
    hessian[p * d + p] -= viaMode * of1 + viaH * of2
  }
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) hessian[j * d + i] = hessian[i * d + j]
  return hessian
}
