import { farthest, type ShiftKernel } from '../../families/shift-kernel.js'
import { backwardSolve, cholesky, forwardSolve } from '../../numerics/cholesky.js'
import { modeTolerance, mostModeSteps } from '../../numerics/damped-newton.js'
import type { ProductRule } from '../../numerics/product-rule.js'
import { type Blocks, blockMultipliers, multiplierGradient } from './block-structure.js'
import { pointsReverse } from './cholesky-reverse.js'
import { fixedGradient, fixedPredictor, withOffset } from '../frame/grouped-rows.js'
import type { ParameterLayout } from '../frame/parameter-layout.js'

/** The marginal likelihood by blocks. */
export interface BlockQuadrature {
  /** Null where it has to be left to the general path. Searches of the modes start from `origin`, else from u = 0. */
  readonly evaluate: (
    rule: ProductRule,
    parameters: Float64Array,
    gradient: Float64Array | null,
    byLevel: Float64Array | null,
    offsets: readonly Float64Array[] | null,
    origin: Float64Array | null,
  ) => number | null
  /** The modes of all levels, levels x q, found from `origin`; 0 for a level without one. */
  readonly modes: (parameters: Float64Array, origin: Float64Array | null) => Float64Array
}

/**
 * What levelQuadrature computes, for one predictor and a family with a shift kernel: rows that meet a level's effects
 * with the same multipliers a move together by v = a'u, so that a block of them enters the search of the mode, the points
 * and the gradient by its sums (see ShiftKernel), and an exponential is taken once a row. One point is Laplace.
 */
export function blockQuadrature(blocks: Blocks, layout: ParameterLayout): BlockQuadrature {
  const { rows, q, start, first } = blocks
  const { space } = rows
  const levels = first.length - 1
  let most = 0
  for (let g = 0; g < levels; g++) most = Math.max(most, first[g + 1] - first[g])
  const kernels: ShiftKernel[] = Array.from({ length: most }, () => rows.kernel.shifted!(space))
  const a = space.vector((start.length - 1) * q)
  const inMultipliers = space.vector(a.length)
  const vector = (): Float64Array => space.vector(q)
  const [mode, step, slope, v, along] = [vector(), vector(), vector(), vector(), vector()]
  const [c, inH] = [space.vector(q * q), space.vector(q * q)]
  const reverse = pointsReverse(q, c, v, inH, space)
  const column = (): Float64Array => space.vector(rows.n)
  const [fixed, d1, d2, d3, inFixed] = [column(), column(), column(), column(), column()]
  const sums = space.vector(4 * most)
  const four = space.vector(4)
  const found = space.vector(levels * q)
  /** Of what the modes stand in `found`; null after a failure. */
  let present: { readonly parameters: Float64Array; readonly origin: Float64Array | null } | null = null

  /** a'x of block b. */
  const shift = (b: number, x: Float64Array): number => {
    let sum = 0
    for (let e = 0; e < q; e++) sum += a[b * q + e] * x[e]
    return sum
  }

  /** h of level g at `mode`, the blocks' sums into `sums`; NaN out of reach. */
  function height(g: number): number {
    let h = 0
    for (let b = first[g], k = 0; b < first[g + 1]; b++, k++) {
      const move = shift(b, mode)
      if (!(Math.abs(move) <= farthest)) return Number.NaN
      kernels[k].sums(move, four)
      for (let j = 0; j < 4; j++) sums[4 * k + j] = four[j]
      h += four[0]
    }
    for (let e = 0; e < q; e++) h -= 0.5 * mode[e] * mode[e]
    return h
  }

  /** The Cholesky factor of -h'' into `c` and h' into `slope`. */
  function curvature(g: number): boolean {
    c.fill(0)
    for (let e = 0; e < q; e++) {
      c[e * q + e] = 1
      slope[e] = -mode[e]
    }
    for (let b = first[g], k = 0; b < first[g + 1]; b++, k++) {
      for (let e = 0; e < q; e++) {
        const ae = a[b * q + e]
        slope[e] += sums[4 * k + 1] * ae
        const weighted = sums[4 * k + 2] * ae
        for (let f = 0; f <= e; f++) c[e * q + f] -= weighted * a[b * q + f]
      }
    }
    return cholesky(c, q)
  }

  /**
   * Damped Newton. A step e leaves an error below |e| max |a'e|, in conditional standard deviations, for kernels with
   * shifts (no derivative of theirs exceeds the second), so that the last step is known as such before it is taken.
   */
  function findMode(g: number, origin: Float64Array | null): number {
    for (let e = 0; e < q; e++) mode[e] = origin ? origin[g * q + e] : 0
    let h = height(g)
    for (let iteration = 0; iteration < mostModeSteps; iteration++) {
      if (!curvature(g)) return Number.NaN
      step.set(slope)
      forwardSolve(c, q, step)
      backwardSolve(c, q, step)
      let distance = 0
      for (let e = 0; e < q; e++) distance += step[e] * slope[e]
      if (distance <= modeTolerance) return h
      let last = 0 // move of the block that moves farthest
      for (let b = first[g]; b < first[g + 1]; b++) last = Math.max(last, Math.abs(shift(b, step)))
      const ends = Math.sqrt(distance) * last <= 0.1 * Math.sqrt(modeTolerance)
      const least = h - 1e-12 * (1 + Math.abs(h))
      for (let e = 0; e < q; e++) mode[e] += step[e]
      h = height(g)
      if (ends) return curvature(g) ? h : Number.NaN
      for (let half = 0; half < 60 && !(h >= least); half++) {
        for (let e = 0; e < q; e++) {
          step[e] /= 2
          mode[e] -= step[e]
        }
        h = height(g)
      }
      if (!(h >= least)) return Number.NaN
    }
    return Number.NaN
  }

  function bind(g: number): boolean {
    let within = true
    for (let b = first[g], k = 0; b < first[g + 1]; b++, k++) {
      within = kernels[k].bind(fixed, start[b], start[b + 1]) && within
    }
    return within
  }

  const spaces = new Map<number, ReturnType<typeof pointSpace>>()
  const pointSpace = (count: number) => ({
    count,
    spread: space.vector(count * q),
    share: space.vector(count),
    divisor: space.vector(count),
    slopes: space.vector(count * q),
    shifts: space.vector(count),
    /** Sums of first derivatives at the points, block by block. */
    scores: space.vector(most * count),
    stores: Array.from({ length: most }, () => space.vector(0)),
  })
  type PointSpace = ReturnType<typeof pointSpace>

  /** The log of the sum over points relative to exp(h), with shares and slopes; NaN out of reach. */
  function sumOverPoints(g: number, h: number, { count, points, logWeights }: ProductRule, at: PointSpace): number {
    const { spread, share, divisor, slopes, shifts, scores, stores } = at
    for (let k = 0; k < count; k++) {
      const e = spread.subarray(k * q, (k + 1) * q)
      for (let j = 0; j < q; j++) e[j] = points[k * q + j]
      backwardSolve(c, q, e)
      share[k] = 0
      divisor[k] = 1
      for (let j = 0; j < q; j++) {
        const u = mode[j] + e[j]
        share[k] -= 0.5 * u * u
        slopes[k * q + j] = -u
      }
    }
    for (let b = first[g], n = 0; b < first[g + 1]; b++, n++) {
      const middle = shift(b, mode)
      let reach = 0
      for (let k = 0; k < count; k++) {
        let move = middle
        for (let e = 0; e < q; e++) move += a[b * q + e] * spread[k * q + e]
        shifts[k] = move
        reach = Math.max(reach, Math.abs(move))
      }
      if (!(reach <= farthest)) return Number.NaN
      const need = count > 1 ? (start[b + 1] - start[b]) * count : 0
      if (stores[n].length < need) stores[n] = space.vector(Math.max(need, 2 * stores[n].length))
      const score = scores.subarray(n * count, (n + 1) * count)
      score.fill(0)
      if (count === 1) score[0] = sums[4 * n + 1]
      else kernels[n].atShifts(shifts, count, share, divisor, score, stores[n])
      for (let k = 0; k < count; k++) for (let e = 0; e < q; e++) slopes[k * q + e] += a[b * q + e] * score[k]
    }
    if (count === 1) share[0] = h // the mode
    let mass = 0
    for (let k = 0; k < count; k++) {
      share[k] = Math.exp(logWeights[k] + share[k] - h) / divisor[k]
      mass += share[k]
    }
    for (let k = 0; k < count; k++) share[k] /= mass
    return Math.log(mass)
  }

  /** Derivatives of level g's log L in its rows' fixed parts and its blocks' multipliers. */
  function derivatives(g: number, count: number, at: PointSpace): void {
    const { spread, share, scores, stores } = at
    reverse(at)
    for (let b = first[g], n = 0; b < first[g + 1]; b++, n++) {
      const [s2, s3] = [sums[4 * n + 2], sums[4 * n + 3]]
      let quadratic = 0
      for (let e = 0; e < q; e++) {
        along[e] = 0
        for (let f = 0; f < q; f++) along[e] += inH[e * q + f] * a[b * q + f]
        quadratic += a[b * q + e] * along[e]
      }
      kernels[n].derivatives(shift(b, mode), d1, d2, d3)
      if (count > 1) kernels[n].mean(share, count, stores[n], inFixed)
      else inFixed.set(d1.subarray(start[b], start[b + 1]), start[b])
      for (let i = start[b]; i < start[b + 1]; i++) inFixed[i] -= quadratic * d3[i]
      for (let e = 0; e < q; e++) {
        v[e] -= s3 * quadratic * a[b * q + e]
        let direct = -s3 * quadratic * mode[e] - 2 * s2 * along[e]
        for (let k = 0; k < count; k++) direct += share[k] * scores[n * count + k] * (mode[e] + spread[k * q + e])
        inMultipliers[b * q + e] = direct
      }
    }
    forwardSolve(c, q, v)
    backwardSolve(c, q, v)
    for (let b = first[g], n = 0; b < first[g + 1]; b++, n++) {
      const move = shift(b, v)
      for (let i = start[b]; i < start[b + 1]; i++) inFixed[i] += move * d2[i]
      const viaMode = move * sums[4 * n + 2]
      for (let e = 0; e < q; e++) inMultipliers[b * q + e] += viaMode * mode[e] + sums[4 * n + 1] * v[e]
    }
  }

  const update = (parameters: Float64Array, offsets: readonly Float64Array[] | null): void => {
    present = null
    fixedPredictor(withOffset(rows, offsets), parameters, fixed)
    blockMultipliers(blocks, layout, parameters, a)
  }
  const stands = (x: Float64Array, origin: Float64Array | null): boolean =>
    present !== null && present.origin === origin && x.every((value, j) => value === present!.parameters[j])

  return {
    modes: (parameters, origin) => {
      if (!stands(parameters, origin)) {
        update(parameters, null)
        for (let g = 0; g < levels; g++) {
          const whole = bind(g) && Number.isFinite(findMode(g, origin))
          for (let e = 0; e < q; e++) found[g * q + e] = whole ? mode[e] : 0
        }
      }
      return found.slice()
    },
    evaluate: (rule, parameters, gradient, byLevel, offsets, origin) => {
      update(parameters, offsets)
      const { count } = rule
      const at = spaces.get(count) ?? pointSpace(count)
      spaces.set(count, at)
      let total = 0
      for (let g = 0; g < levels; g++) {
        const h = bind(g) ? findMode(g, origin) : Number.NaN
        let logL = h + sumOverPoints(g, h, rule, at)
        for (let j = 0; j < q; j++) logL -= Math.log(c[j * q + j])
        if (!Number.isFinite(logL)) return null
        found.set(mode, g * q)
        total += logL
        if (byLevel) byLevel[g] = logL
        if (gradient) derivatives(g, count, at)
      }
      if (!offsets) present = { parameters: parameters.slice(), origin }
      if (gradient) {
        fixedGradient(rows, inFixed, gradient)
        multiplierGradient(blocks, layout, parameters, inMultipliers, gradient)
      }
      return total
    },
  }
}
