import { EigenvalueDecomposition, Matrix } from '../../src/numerics/linear-algebra.js'
import { lowRankMetric, type Metric } from '../kernels/metric.js'

/**
 * A metric from draws and the gradients there (Seyboldt, Carlson and Carpenter 2026): of all linear changes of
 * coordinates the one that minimises the Fisher divergence between the target and a standard normal. With X the draws'
 * and G the gradients' covariance it is the Sigma that solves Sigma G Sigma = X; for a normal target X = Sigma and
 * G = Sigma^-1, and as many draws as dimensions give Sigma without error.
 */
export interface MetricEstimate {
  add: (x: Float64Array, gradient: Float64Array) => void
  reset: () => void
  /** The metric of what was added since the reset; null where there are too few draws for it. */
  metric: () => Metric | null
}

/** Gradients beyond this are left out: their squares would swamp all others. */
const largest = 1e100
/** Fewer draws than this say nothing. */
const least = 10
/** So many draws are kept; of more, evenly spaced ones. */
const mostKept = 400
/** Up to this dimension directions are sought in the whole space, beyond in the span of the latest draws and gradients. */
const wholeSpace = 100
const spanned = 50
/** Weight of the identity in each covariance of the scaled draws and gradients. */
const shrinkage = 1e-5
/**
 * Directions whose stretch lies between its inverse and this are left to the diagonal. In a span of fewer draws than
 * dimensions more of them are noise, which costs every step.
 */
const cutoff = { whole: 1.5, spanned: 3 }

export function metricEstimate(d: number): MetricEstimate {
  let draws: Float64Array[] = []
  let gradients: Float64Array[] = []
  let every = 1
  let seen = 0
  return {
    reset: () => {
      draws = []
      gradients = []
      every = 1
      seen = 0
    },
    add: (x, gradient) => {
      // Far out a gradient may overflow: such a point says nothing of the target's scale.
      if (!gradient.every((value) => Math.abs(value) < largest)) return
      if (seen++ % every !== 0) return
      draws.push(x.slice())
      gradients.push(gradient.slice())
      if (draws.length < mostKept) return
      const even = (_: unknown, i: number): boolean => i % 2 === 0
      draws = draws.filter(even)
      gradients = gradients.filter(even)
      every *= 2
    },
    metric: () => {
      if (draws.length < least) return null
      const variance = new Float64Array(d)
      const ofDraws = centred(draws, d)
      const ofGradients = centred(gradients, d)
      for (let j = 0; j < d; j++) {
        const ratio = Math.sqrt(ofDraws.variance[j] / ofGradients.variance[j])
        variance[j] = Number.isFinite(ratio) && ratio > 0 ? ratio : 1
      }
      const X = scaled(ofDraws.rows, variance, (root) => 1 / root)
      const G = scaled(ofGradients.rows, variance, (root) => root)
      const { stretch, directions } = lowRank(X, G, d)
      return lowRankMetric(variance, stretch, directions)
    },
  }
}

/** The points less their mean, and their variances. */
function centred(points: readonly Float64Array[], d: number): { rows: Float64Array[]; variance: Float64Array } {
  const n = points.length
  const mean = new Float64Array(d)
  for (const point of points) for (let j = 0; j < d; j++) mean[j] += point[j] / n
  const variance = new Float64Array(d)
  const rows = points.map((point) => point.map((value, j) => value - mean[j]))
  for (const row of rows) for (let j = 0; j < d; j++) variance[j] += (row[j] * row[j]) / (n - 1)
  return { rows, variance }
}

const scaled = (
  rows: readonly Float64Array[],
  variance: Float64Array,
  by: (root: number) => number,
): Float64Array[] => {
  const factors = variance.map((value) => by(Math.sqrt(value)))
  return rows.map((row) => row.map((value, j) => value * factors[j]))
}

/** Directions in which the scaled target is not yet isotropic, and by how much. */
function lowRank(
  X: readonly Float64Array[],
  G: readonly Float64Array[],
  d: number,
): { stretch: Float64Array; directions: Float64Array } {
  const basis = d <= wholeSpace ? null : orthonormal([...X.slice(-spanned), ...G.slice(-spanned)], d)
  const A = projectedCovariance(X, basis, d)
  const B = projectedCovariance(G, basis, d)
  const sigma = symmetricMean(A, B)
  const { values, vectors } = eigen(sigma)
  const far = basis ? cutoff.spanned : cutoff.whole
  const kept = values.flatMap((value, k) => (value > far || value < 1 / far ? [k] : []))
  const directions = new Float64Array(kept.length * d)
  kept.forEach((k, row) => {
    for (let i = 0; i < vectors.rows; i++) {
      const weight = vectors.get(i, k)
      if (basis) for (let j = 0; j < d; j++) directions[row * d + j] += weight * basis[i][j]
      else directions[row * d + i] = weight
    }
  })
  return { stretch: Float64Array.from(kept, (k) => values[k]), directions }
}

/** An orthonormal basis of what the rows span, through the eigenvectors of their Gram matrix. */
function orthonormal(rows: readonly Float64Array[], d: number): Float64Array[] {
  const m = rows.length
  // Each row counts alike, whatever its length.
  const units = rows.map((row) => {
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)) || 1
    return row.map((value) => value / length)
  })
  const gram = Matrix.zeros(m, m)
  for (let a = 0; a < m; a++) {
    for (let b = 0; b <= a; b++) {
      let dot = 0
      for (let j = 0; j < d; j++) dot += units[a][j] * units[b][j]
      gram.set(a, b, dot)
      gram.set(b, a, dot)
    }
  }
  const { values, vectors } = eigen(gram)
  return values.flatMap((value, k) => {
    if (value < 1e-8 * m) return []
    const out = new Float64Array(d)
    for (let a = 0; a < m; a++) {
      const weight = vectors.get(a, k) / Math.sqrt(value)
      for (let j = 0; j < d; j++) out[j] += weight * units[a][j]
    }
    return [out]
  })
}

function projectedCovariance(rows: readonly Float64Array[], basis: readonly Float64Array[] | null, d: number): Matrix {
  const projected = basis ? rows.map((row) => basis.map((unit) => dotProduct(unit, row))) : rows
  const size = basis ? basis.length : d
  const out = Matrix.zeros(size, size)
  const sums = new Float64Array(size * size)
  for (const row of projected) {
    for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) sums[i * size + j] += row[i] * row[j]
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = sums[i * size + j] / (rows.length - 1) + (i === j ? shrinkage : 0)
      out.set(i, j, value)
      out.set(j, i, value)
    }
  }
  return out
}

/** The positive definite Sigma with Sigma B Sigma = A: B^-1/2 (B^1/2 A B^1/2)^1/2 B^-1/2. */
function symmetricMean(A: Matrix, B: Matrix): Matrix {
  const { values, vectors } = eigen(B)
  const power = (exponent: number): Matrix =>
    vectors.mmul(Matrix.diag(values.map((value) => Math.max(value, shrinkage) ** exponent))).mmul(vectors.transpose())
  const root = power(0.5)
  const inverse = power(-0.5)
  const inner = eigen(root.mmul(A).mmul(root))
  const middle = inner.vectors
    .mmul(Matrix.diag(inner.values.map((value) => Math.sqrt(Math.max(value, 0)))))
    .mmul(inner.vectors.transpose())
  return inverse.mmul(middle).mmul(inverse)
}

function eigen(matrix: Matrix): { values: number[]; vectors: Matrix } {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true })
  return { values: realEigenvalues, vectors: eigenvectorMatrix }
}

function dotProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j]
  return sum
}
