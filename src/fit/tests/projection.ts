import type { LevelScores } from './level-scores.js'

/** Variances below this share of the largest that the same parameter could have are zero to rounding. */
const negligible = 1e-10

/**
 * Takes out of each level's scores along the directions their regression on the scores of the parameters. Coefficients
 * are Cov(along, own) Var(own)^-1, summed over simulated levels; scores have mean zero. Parameters without
 * information, such as a standard deviation at zero, are left out (Gram-Schmidt in their order).
 */
export function projection(
  made: readonly LevelScores[],
  d: number,
  width: number,
): (scores: LevelScores) => Float64Array {
  const V = new Float64Array(d * d)
  const C = new Float64Array(width * d)
  for (const { own, along, levels } of made)
    for (let g = 0; g < levels; g++)
      for (let j = 0; j < d; j++) {
        const s = own[g * d + j]
        if (s === 0) continue
        for (let i = 0; i < d; i++) V[i * d + j] += own[g * d + i] * s
        for (let a = 0; a < width; a++) C[a * d + j] += along[g * width + a] * s
      }
  const B = coefficients(V, C, d, width)
  return ({ own, along, levels }) => {
    const out = along.slice()
    for (let g = 0; g < levels; g++)
      for (let a = 0; a < width; a++) {
        let sum = 0
        for (let j = 0; j < d; j++) sum += B[a * d + j] * own[g * d + j]
        out[g * width + a] -= sum
      }
    return out
  }
}

/** C V^-1, width x d, by sweeping V; rows and columns that others account for stay out, with coefficients of zero. */
function coefficients(V: Float64Array, C: Float64Array, d: number, width: number): Float64Array {
  const total = d + width
  const M = new Float64Array(total * total)
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) M[i * total + j] = V[i * d + j]
  for (let a = 0; a < width; a++)
    for (let j = 0; j < d; j++) {
      M[(d + a) * total + j] = C[a * d + j]
      M[j * total + d + a] = C[a * d + j]
    }
  const swept: boolean[] = []
  for (let k = 0; k < d; k++) {
    const pivot = M[k * total + k]
    swept[k] = pivot > negligible * V[k * d + k] && V[k * d + k] > 0
    if (!swept[k]) continue
    for (let i = 0; i < total; i++) {
      if (i === k) continue
      const factor = M[i * total + k] / pivot
      if (factor === 0) continue
      for (let j = 0; j < total; j++) if (j !== k) M[i * total + j] -= factor * M[k * total + j]
      M[i * total + k] = factor
    }
    for (let j = 0; j < total; j++) if (j !== k) M[k * total + j] /= pivot
    M[k * total + k] = -1 / pivot
  }
  const B = new Float64Array(width * d)
  for (let a = 0; a < width; a++) for (let j = 0; j < d; j++) if (swept[j]) B[a * d + j] = M[(d + a) * total + j]
  return B
}
