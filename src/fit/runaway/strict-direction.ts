/** The shortest point of the rows' hull is zero where its square is below this, rows having length 1. */
const nothing = 1e-12

/**
 * A direction d with b'd > 0 for every one of the given vectors, or null where there is none. The point of their convex hull
 * nearest to the origin is such a direction, unless it is the origin (Gordan 1873): found by Wolfe's (1976) algorithm,
 * which is finite.
 */
export function strictDirection(vectors: readonly Float64Array[]): Float64Array | null {
  const p = vectors[0].length
  // Columns and then rows of unit length: neither changes the answer but for the scale of the direction.
  const scale = new Float64Array(p)
  for (const b of vectors) for (let k = 0; k < p; k++) scale[k] = Math.max(scale[k], Math.abs(b[k]))
  const rows = vectors.map((b) => {
    const scaled = b.map((value, k) => (scale[k] > 0 ? value / scale[k] : 0))
    const length = Math.hypot(...scaled)
    return scaled.map((value) => value / length)
  })
  let active = [0]
  let weights = [1]
  let x = rows[0].slice()
  for (let round = 0; round < 50 * (p + rows.length); round++) {
    const square = dot(x, x)
    if (square < nothing) return null
    let least = 0
    let smallest = Number.POSITIVE_INFINITY
    rows.forEach((row, i) => {
      const value = dot(x, row)
      if (value < smallest) {
        smallest = value
        least = i
      }
    })
    if (smallest > 0.5 * square || active.includes(least)) {
      if (!(smallest > 0)) return null
      return x.map((value, k) => (scale[k] > 0 ? value / scale[k] : 0))
    }
    active.push(least)
    weights.push(0)
    for (;;) {
      const affine = affineMinimum(active.map((i) => rows[i]))
      if (!affine) return null
      if (affine.every((weight) => weight > 1e-12)) {
        weights = affine
        break
      }
      let share = 1
      affine.forEach((to, k) => {
        if (to <= 1e-12 && weights[k] - to > 0) share = Math.min(share, weights[k] / (weights[k] - to))
      })
      weights = weights.map((from, k) => from + share * (affine[k] - from))
      const keep = weights.map((weight) => weight > 1e-12)
      if (keep.every(Boolean)) keep[weights.indexOf(Math.min(...weights))] = false
      active = active.filter((_, k) => keep[k])
      weights = weights.filter((_, k) => keep[k])
    }
    x = new Float64Array(p)
    active.forEach((i, k) => {
      for (let j = 0; j < p; j++) x[j] += weights[k] * rows[i][j]
    })
  }
  return null
}

/** Weights, of any sign, of the point nearest to the origin among affine combinations; null where they are dependent. */
function affineMinimum(points: readonly Float64Array[]): number[] | null {
  const m = points.length
  // (11' + P P') w = 1, up to its scale.
  const a = points.map((one) => [...points.map((other) => 1 + dot(one, other)), 1])
  for (let k = 0; k < m; k++) {
    let pivot = k
    for (let i = k + 1; i < m; i++) if (Math.abs(a[i][k]) > Math.abs(a[pivot][k])) pivot = i
    if (!(Math.abs(a[pivot][k]) > 1e-14)) return null
    const swapped = a[k]
    a[k] = a[pivot]
    a[pivot] = swapped
    for (let i = k + 1; i < m; i++) {
      const factor = a[i][k] / a[k][k]
      for (let j = k; j <= m; j++) a[i][j] -= factor * a[k][j]
    }
  }
  const w = new Array<number>(m).fill(0)
  for (let k = m - 1; k >= 0; k--) {
    let sum = a[k][m]
    for (let j = k + 1; j < m; j++) sum -= a[k][j] * w[j]
    w[k] = sum / a[k][k]
  }
  const total = w.reduce((sum, one) => sum + one, 0)
  return w.map((one) => one / total)
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k]
  return sum
}
