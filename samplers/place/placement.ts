/** Where a density of some coordinates is, near enough: x = center + L z, L lower triangular. */
export interface Placement {
  readonly center: Float64Array
  readonly L: Float64Array
}

/** center + L shift and L C: the placement of mean and covariance C C' in its own units. */
export function moved({ center, L }: Placement, shift: Float64Array, C: Float64Array): Placement {
  const t = center.length
  const to = center.slice()
  for (let i = 0; i < t; i++) for (let j = 0; j <= i; j++) to[i] += L[i * t + j] * shift[j]
  return { center: to, L: lowerProduct(L, C, t) }
}

function lowerProduct(a: Float64Array, b: Float64Array, t: number): Float64Array {
  const out = new Float64Array(t * t)
  for (let i = 0; i < t; i++) {
    for (let j = 0; j <= i; j++) for (let k = j; k <= i; k++) out[i * t + j] += a[i * t + k] * b[k * t + j]
  }
  return out
}
