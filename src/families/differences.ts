import { densitySize, firstAt, secondAt, vanishUnlessFinite, thirdAt, vanish } from './row-density.js'

/**
 * Central differences on the nine points x - 4h ... x + 4h: weights of f(x + ih) - or + f(x - ih), i = 1 ... 4, over
 * h^order. Errors are of order h^8, h^8 and h^6 (Fornberg 1988, table 1).
 */
const odd1 = [4 / 5, -1 / 5, 4 / 105, -1 / 280]
const even2 = [8 / 5, -1 / 5, 8 / 315, -1 / 560]
const centre2 = -205 / 72
const odd3 = [-61 / 30, 169 / 120, -3 / 10, 7 / 240]

/** Steps tried, in units of the predictors, whose natural scale (log, logit, ...) is about 1. */
const steps = [0.2, 0.1, 0.05, 0.02, 0.008, 0.003]

/**
 * Writes a row of K predictors, value and all derivatives to third order, from values of f alone. Derivatives along a
 * line come from nine points; each order takes the step at which two steps in a row agree best, so that where f is
 * smooth the error is about 1e-10 of f for the first, 1e-8 for the third. Mixed derivatives follow from those along
 * eta_a + eta_b, eta_a - eta_b and eta_a + eta_b + eta_c (polarisation).
 */
export function differences(K: number, f: (eta: Float64Array) => number, eta: Float64Array, out: Float64Array): void {
  const size = densitySize(K)
  const value = f(eta)
  if (!Number.isFinite(value)) {
    vanish(out, size)
    return
  }
  out[0] = value
  const point = new Float64Array(K)
  const along = (direction: readonly number[]): readonly number[] =>
    alongLine((t) => {
      for (let k = 0; k < K; k++) point[k] = eta[k] + t * direction[k]
      return f(point)
    }, value)
  const unit = (...signed: readonly (readonly [number, number])[]): number[] => {
    const direction = new Array<number>(K).fill(0)
    for (const [k, sign] of signed) direction[k] += sign
    return direction
  }
  const pure: (readonly number[])[] = []
  const sums = new Map<number, readonly number[]>()
  for (let a = 0; a < K; a++) {
    pure.push(along(unit([a, 1])))
    out[firstAt(K, a)] = pure[a][0]
    out[secondAt(K, a, a)] = pure[a][1]
    out[thirdAt(K, a, a, a)] = pure[a][2]
    for (let b = 0; b < a; b++) {
      const plus = along(unit([a, 1], [b, 1]))
      const minus = along(unit([a, 1], [b, -1]))
      sums.set(secondAt(K, a, b), plus)
      out[secondAt(K, a, b)] = (plus[1] - minus[1]) / 4
      out[thirdAt(K, a, b, b)] = (plus[2] + minus[2] - 2 * pure[a][2]) / 6
      out[thirdAt(K, a, a, b)] = (plus[2] - minus[2] - 2 * pure[b][2]) / 6
      for (let c = 0; c < b; c++) {
        const all = along(unit([a, 1], [b, 1], [c, 1]))
        const pairs =
          sums.get(secondAt(K, a, b))![2] + sums.get(secondAt(K, a, c))![2] + sums.get(secondAt(K, b, c))![2]
        out[thirdAt(K, a, b, c)] = (all[2] - pairs + pure[a][2] + pure[b][2] + pure[c][2]) / 6
      }
    }
  }
  vanishUnlessFinite(out, size)
}

/** First three derivatives of f at 0. */
function alongLine(f: (t: number) => number, value: number): readonly number[] {
  const best = [Number.NaN, Number.NaN, Number.NaN]
  const gap = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  let before: readonly number[] | null = null
  for (const h of steps) {
    const now = stencil(f, value, h)
    for (let order = 0; order < 3; order++) {
      const change: number = before ? Math.abs(now[order] - before[order]) : Number.POSITIVE_INFINITY
      if (change < gap[order] || Number.isNaN(best[order])) {
        best[order] = now[order]
        if (change < gap[order]) gap[order] = change
      }
    }
    before = now
  }
  return best
}

function stencil(f: (t: number) => number, value: number, h: number): readonly number[] {
  let first = 0
  let second = centre2 * value
  let third = 0
  for (let i = 1; i <= 4; i++) {
    const up = f(i * h)
    const down = f(-i * h)
    first += odd1[i - 1] * (up - down)
    second += even2[i - 1] * (up + down)
    third += odd3[i - 1] * (up - down)
  }
  return [first / h, second / (h * h), third / (h * h * h)]
}
