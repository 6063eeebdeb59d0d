/** Location and scale of a density, such as its mode and the Cholesky factor of its inverse curvature: x = center + L z, L lower triangular. */
export interface LocationScale {
  readonly center: Float64Array
  readonly L: Float64Array
}

/** center + L shift and L C: location and scale of mean `shift` and covariance C C' in units of L. */
export function moved({ center, L }: LocationScale, shift: Float64Array, C: Float64Array): LocationScale {
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
