/**
 * R's poly(x, degree): polynomials orthogonal on the points `x` and of unit length, the leading coefficient positive.
 * By the three-term recurrence for monic polynomials (Kennedy and Gentle 1980, section 8.4). One array a degree, from 1.
 * The caller sees to it that x has more than `degree` different values.
 */
export function orthogonalPolynomial(x: Float64Array, degree: number): Float64Array[] {
  const n = x.length
  const mean = x.reduce((sum, value) => sum + value, 0) / n
  let before = new Float64Array(n)
  let current = new Float64Array(n).fill(1)
  let normBefore = 1
  let norm = n
  const result: Float64Array[] = []
  for (let d = 0; d < degree; d++) {
    let moment = 0
    for (let i = 0; i < n; i++) moment += (x[i] - mean) * current[i] * current[i]
    const shift = moment / norm
    const ratio = d === 0 ? 0 : norm / normBefore
    const next = new Float64Array(n)
    for (let i = 0; i < n; i++) next[i] = (x[i] - mean - shift) * current[i] - ratio * before[i]
    before = current
    current = next
    normBefore = norm
    norm = 0
    for (const value of current) norm += value * value
    const length = Math.sqrt(norm)
    result.push(current.map((value) => value / length))
  }
  return result
}
