import { EigenvalueDecomposition, Matrix } from './linear-algebra.js'

/** A rule for integrals against the standard normal density: sum of exp(logWeights) f(nodes) = E f(Z). */
export interface QuadratureRule {
  /** Ascending and symmetric about zero; the middle node of an odd rule is exactly 0. */
  readonly nodes: Float64Array
  readonly logWeights: Float64Array
}

const rules = new Map<number, QuadratureRule>()

/**
 * Gauss-Hermite rule with k nodes (1 to 101) in its probabilists' form, exact for polynomials to degree 2k - 1.
 * Nodes are the eigenvalues of the Jacobi matrix (Golub and Welsch 1969), polished by Newton steps on the
 * orthonormal Hermite polynomial; the weights are 1 / (k h_{k-1}(x)^2), which keeps their relative accuracy in the
 * tails, where the eigenvectors lose it.
 */
export function gaussHermite(k: number): QuadratureRule {
  const known = rules.get(k)
  if (known) return known
  const nodes = new Float64Array(k)
  const logWeights = new Float64Array(k)
  if (k > 1) {
    const jacobi = Matrix.zeros(k, k)
    for (let i = 1; i < k; i++) {
      jacobi.set(i, i - 1, Math.sqrt(i))
      jacobi.set(i - 1, i, Math.sqrt(i))
    }
    const eigenvalues = new EigenvalueDecomposition(jacobi, { assumeSymmetric: true }).realEigenvalues.sort(
      (a, b) => a - b,
    )
    for (let i = 0; i < k; i++) {
      const mirror = k - 1 - i
      if (i > mirror) break
      let x = i === mirror ? 0 : (eigenvalues[i] - eigenvalues[mirror]) / 2
      for (let step = 0; step < 2 && i !== mirror; step++) {
        const { value, before } = hermite(k, x)
        x -= value / (Math.sqrt(k) * before)
      }
      // Scaled so that the recurrence cannot overflow: h_{k-1}(x) = before * exp(scale).
      const { before, logScale } = hermite(k, x)
      nodes[i] = x
      nodes[mirror] = i === mirror ? 0 : -x
      logWeights[i] = -Math.log(k) - 2 * (Math.log(Math.abs(before)) + logScale)
      logWeights[mirror] = logWeights[i]
    }
  }
  const rule = { nodes, logWeights }
  rules.set(k, rule)
  return rule
}

/** Orthonormal Hermite polynomials h_k(x) and h_{k-1}(x), both times exp(-logScale); h_k' = sqrt(k) h_{k-1}. */
function hermite(k: number, x: number): { value: number; before: number; logScale: number } {
  let before = 0
  let value = 1
  let logScale = 0
  for (let i = 1; i <= k; i++) {
    const next = (x * value - Math.sqrt(i - 1) * before) / Math.sqrt(i)
    before = value
    value = next
    const size = Math.abs(value) + Math.abs(before)
    if (size > 1e100) {
      value /= size
      before /= size
      logScale += Math.log(size)
    }
  }
  return { value, before, logScale }
}
