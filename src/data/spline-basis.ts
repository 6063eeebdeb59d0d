/** Knots of a spline: those inside, ascending, and the two boundaries. */
export interface SplineKnots {
  readonly inner: readonly number[]
  readonly lower: number
  readonly upper: number
}

/**
 * Knots at quantiles of the points (R's type 7), as many as asked for, inside their range.
 */
export function quantileKnots(x: Float64Array, count: number): SplineKnots {
  const sorted = x.slice().sort()
  const last = sorted.length - 1
  const inner = Array.from({ length: count }, (_, k) => {
    const at = (last * (k + 1)) / (count + 1)
    const below = Math.floor(at)
    const above = Math.min(below + 1, last)
    return sorted[below] + (at - below) * (sorted[above] - sorted[below])
  })
  return { inner, lower: sorted[0], upper: sorted[last] }
}

/**
 * B-splines of a degree at a point, or their first or second derivatives there, by the recursion of de Boor (1978,
 * chapter X): inner.length + degree + 1 numbers. Outside the boundaries the polynomial of the outermost piece goes on.
 */
export function bSplines(at: number, degree: number, knots: SplineKnots, derivative = 0): Float64Array {
  const { inner, lower, upper } = knots
  const t = [...new Array(degree + 1).fill(lower), ...inner, ...new Array(degree + 1).fill(upper)]
  const count = inner.length + degree + 1
  let piece = degree
  while (piece < count - 1 && at >= t[piece + 1]) piece++
  return differentiated(t, count, piece, degree, derivative, at)
}

/** The splines that live on one piece, as its polynomials. */
function differentiated(
  t: readonly number[],
  count: number,
  piece: number,
  degree: number,
  derivative: number,
  at: number,
): Float64Array {
  const out = new Float64Array(count)
  if (derivative === 0) {
    // Values of degree 0, 1, ... on the piece, in place from the right.
    out[piece] = 1
    for (let d = 1; d <= degree; d++) {
      for (let i = piece - d; i <= piece; i++) {
        const left = i > piece - d ? ((at - t[i]) / (t[i + d] - t[i])) * out[i] : 0
        const right = i < piece ? ((t[i + d + 1] - at) / (t[i + d + 1] - t[i + 1])) * out[i + 1] : 0
        out[i] = left + right
      }
    }
    return out
  }
  if (degree === 0) return out
  const below = differentiated(t, count + 1, piece, degree - 1, derivative - 1, at)
  for (let i = Math.max(0, piece - degree); i <= piece; i++) {
    const first = t[i + degree] - t[i]
    const second = t[i + degree + 1] - t[i + 1]
    out[i] = degree * ((first > 0 ? below[i] / first : 0) - (second > 0 ? below[i + 1] / second : 0))
  }
  return out
}

/**
 * R's bs(x, knots = , degree = ): a column a B-spline, the first left out without `intercept`; or their first derivatives.
 */
export function bSplineColumns(
  x: Float64Array,
  degree: number,
  knots: SplineKnots,
  intercept: boolean,
  derivative: 0 | 1 = 0,
): Float64Array[] {
  return columnsOf(x, knots.inner.length + degree + 1, intercept, (value) => bSplines(value, degree, knots, derivative))
}

/**
 * R's ns(x, knots = ): cubic splines whose second derivative is zero at both boundaries, and which go on as lines
 * outside. The cubic B-splines are turned by the Householder reflections that take the two second derivatives to the
 * first two coordinates, which are dropped (Hastie 1992, section 7.4). Or their first derivatives.
 */
export function naturalColumns(
  x: Float64Array,
  knots: SplineKnots,
  intercept: boolean,
  derivative: 0 | 1 = 0,
): Float64Array[] {
  const { lower, upper } = knots
  const skipped = intercept ? 0 : 1
  const splines = (at: number, derivative = 0): Float64Array => bSplines(at, 3, knots, derivative).slice(skipped)
  const reflections = householder([splines(lower, 2), splines(upper, 2)])
  const row = (at: number): Float64Array => {
    const edge = at < lower ? lower : at > upper ? upper : null
    const own = splines(edge ?? at, derivative)
    if (edge !== null && derivative === 0) {
      const slope = splines(edge, 1)
      for (let k = 0; k < own.length; k++) own[k] += (at - edge) * slope[k]
    }
    for (const reflection of reflections) reflect(own, reflection)
    return own.slice(2)
  }
  return columnsOf(x, knots.inner.length + 2 - skipped, true, row)
}

function columnsOf(
  x: Float64Array,
  width: number,
  intercept: boolean,
  row: (at: number) => Float64Array,
): Float64Array[] {
  const skipped = intercept ? 0 : 1
  const columns = Array.from({ length: width - skipped }, () => new Float64Array(x.length))
  for (let i = 0; i < x.length; i++) {
    const values = row(x[i])
    for (let k = skipped; k < width; k++) columns[k - skipped][i] = values[k]
  }
  return columns
}

/** The vectors u of the reflections I - u u' / u_j that bring the columns to triangular form, one after the other. */
function householder(columns: readonly Float64Array[]): Float64Array[] {
  const reflections: Float64Array[] = []
  columns.forEach((column, j) => {
    const u = column.slice()
    for (const reflection of reflections) reflect(u, reflection)
    u.fill(0, 0, j)
    const length = Math.hypot(...u)
    const signed = u[j] < 0 ? -length : length
    for (let k = j; k < u.length; k++) u[k] /= signed
    u[j] += 1
    reflections.push(u)
  })
  return reflections
}

function reflect(vector: Float64Array, u: Float64Array): void {
  const j = u.findIndex((value) => value !== 0)
  let product = 0
  for (let k = j; k < u.length; k++) product += u[k] * vector[k]
  for (let k = j; k < u.length; k++) vector[k] -= (product / u[j]) * u[k]
}
