import type { Held } from './held.js'

/** Row i of the lower triangle that theta is: i + 1 elements. */
const rowOf = (theta: Float64Array, i: number): Float64Array =>
  theta.subarray((i * (i + 1)) / 2, ((i + 1) * (i + 2)) / 2)

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k]
  return sum
}

/** The standard deviation of effect i is the length of row i of Lambda: fixed by scaling the row. */
const deviation = (i: number): Held => ({
  kind: 'sd',
  effects: [i],
  range: [0, Number.POSITIVE_INFINITY],
  value: (theta) => Math.hypot(...rowOf(theta, i)),
  hold: (theta, value) => {
    const row = rowOf(theta, i)
    const length = Math.hypot(...row)
    if (length > 0) for (let k = 0; k <= i; k++) row[k] *= value / length
    else row[i] = value
  },
  pullback: (theta, value, gradient) => {
    const row = rowOf(theta, i)
    const g = rowOf(gradient, i)
    const length = Math.hypot(...row)
    if (!(length > 0)) {
      g.fill(0)
      return
    }
    const along = dot(row, g) / length ** 2
    for (let k = 0; k <= i; k++) g[k] = (value / length) * (g[k] - along * row[k])
  },
})

/**
 * The directions of a correlation: e, that of row i (longer by zeros), and f, that of row j's part orthogonal to it;
 * `apart` is the length of this part, 0 where row j is along row i, and f then an arbitrary such direction.
 */
function directions(theta: Float64Array, i: number, j: number) {
  const w = rowOf(theta, j)
  const first = rowOf(theta, i)
  const firstLength = Math.hypot(...first)
  const e = new Float64Array(j + 1)
  e.set(first.map((value) => value / firstLength))
  const along = dot(e, w)
  const f = w.map((value, k) => value - along * e[k])
  const apart = Math.hypot(...f)
  const length = Math.hypot(...w)
  if (apart > 1e-12 * length) return { w, e, f: f.map((value) => value / apart), along, apart, length, firstLength }
  // Row i ends before element j.
  return { w, e, f: f.map((_, k) => (k === j ? 1 : 0)), along, apart: 0, length, firstLength }
}

/**
 * The correlation of effects i < j is the cosine of the angle of rows i and j of Lambda: fixed by turning row j in the
 * plane of the two, its length kept: |w| (rho e + sqrt(1 - rho^2) f).
 */
const correlation = (i: number, j: number): Held => ({
  kind: 'correlation',
  effects: [i, j],
  range: [-1, 1],
  value: (theta) => {
    const { along, length } = directions(theta, i, j)
    return Math.max(-1, Math.min(1, along / length))
  },
  hold: (theta, value) => {
    const { w, e, f, length } = directions(theta, i, j)
    const rest = Math.sqrt(1 - value * value)
    for (let k = 0; k <= j; k++) w[k] = length * (value * e[k] + rest * f[k])
  },
  pullback: (theta, value, gradient) => {
    const { w, e, f, along, apart, length, firstLength } = directions(theta, i, j)
    const rest = Math.sqrt(1 - value * value)
    const g = rowOf(gradient, j).slice()
    const radial = value * dot(e, g) + rest * dot(f, g)
    const across = dot(f, g)
    // Of f in its direction before scaling, orthogonal to e and f.
    const turn = g.map((slope, k) => (apart > 0 ? (slope - across * f[k]) / apart : 0))
    const turnAlong = dot(turn, e)
    const inE = g.map((slope, k) => length * (value * slope - rest * (along * turn[k] + turnAlong * w[k])))
    const inW = rowOf(gradient, j)
    for (let k = 0; k <= j; k++) inW[k] = (w[k] / length) * radial + length * rest * (turn[k] - turnAlong * e[k])
    const inFirst = rowOf(gradient, i)
    const eAlong = dot(inE, e)
    for (let k = 0; k <= i; k++) inFirst[k] += (inE[k] - eAlong * e[k]) / firstLength
  },
})

/** Every standard deviation and correlation of q effects with any covariance matrix. */
export function unstructuredHeld(q: number): Held[] {
  const reported = Array.from({ length: q }, (_, i) => deviation(i))
  for (let j = 1; j < q; j++) for (let i = 0; i < j; i++) reported.push(correlation(i, j))
  return reported
}
