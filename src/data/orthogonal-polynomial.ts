/**
 * R's poly(x, degree): polynomials orthogonal on the points `x` and of unit length, the leading coefficient positive.
 * By the three-term recurrence for monic polynomials (Kennedy and Gentle 1980, section 8.4). One array a degree, from 1.
 * The caller sees to it that x has more than `degree` different values.
 */
export const orthogonalPolynomial = (x: Float64Array, degree: number): Float64Array[] =>
  evaluatePolynomial(x, polynomialRecurrence(x, degree))

/** The recurrence on the points x: their mean, then shift, ratio and length of each degree. */
export function polynomialRecurrence(x: Float64Array, degree: number): number[] {
  const n = x.length
  const mean = x.reduce((sum, value) => sum + value, 0) / n
  let before = new Float64Array(n)
  let current = new Float64Array(n).fill(1)
  let normBefore = 1
  let norm = n
  const recurrence = [mean]
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
    recurrence.push(shift, ratio, Math.sqrt(norm))
  }
  return recurrence
}

/** The polynomials of a recurrence at any points. */
export function evaluatePolynomial(x: Float64Array, [mean, ...steps]: readonly number[]): Float64Array[] {
  let before = new Float64Array(x.length)
  let current = new Float64Array(x.length).fill(1)
  const result: Float64Array[] = []
  for (let at = 0; at < steps.length; at += 3) {
    const [shift, ratio, length] = steps.slice(at, at + 3)
    const next = x.map((value, i) => (value - mean - shift) * current[i] - ratio * before[i])
    before = current
    current = next
    result.push(current.map((value) => value / length))
  }
  return result
}

/** Their first derivatives there. */
export function polynomialSlopes(x: Float64Array, [mean, ...steps]: readonly number[]): Float64Array[] {
  let before = new Float64Array(x.length)
  let current = new Float64Array(x.length).fill(1)
  let slopeBefore = new Float64Array(x.length)
  let slope = new Float64Array(x.length)
  const result: Float64Array[] = []
  for (let at = 0; at < steps.length; at += 3) {
    const [shift, ratio, length] = steps.slice(at, at + 3)
    const next = x.map((value, i) => (value - mean - shift) * current[i] - ratio * before[i])
    const slopeNext = x.map((value, i) => current[i] + (value - mean - shift) * slope[i] - ratio * slopeBefore[i])
    before = current
    current = next
    slopeBefore = slope
    slope = slopeNext
    result.push(slope.map((value) => value / length))
  }
  return result
}
