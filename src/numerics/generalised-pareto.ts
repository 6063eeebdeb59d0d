/** Generalised Pareto distribution of exceedances: P(X > x) = (1 + k x / sigma)^(-1/k); mean infinite for k >= 1. */
export interface GeneralisedPareto {
  readonly k: number
  readonly sigma: number
}

/**
 * Fit to ascending positive exceedances by the quasi-Bayesian estimate of Zhang and Stephens (2009, "A new and efficient
 * estimation method for the generalized Pareto distribution", Technometrics 51): theta = -k / sigma is averaged over a
 * grid with weights proportional to the profile likelihood. Their k has the opposite sign. NaN where the exceedances do
 * not determine a fit.
 */
export function fitGeneralisedPareto(exceedances: Float64Array): GeneralisedPareto {
  const n = exceedances.length
  const gridSize = 30 + Math.floor(Math.sqrt(n)) // 20 + sqrt(n) in their paper; 30 with Vehtari et al. (2024)
  const largest = exceedances[n - 1]
  const quartile = exceedances[Math.floor(n / 4 + 0.5) - 1]
  const thetas = new Float64Array(gridSize)
  const profile = new Float64Array(gridSize)
  for (let j = 0; j < gridSize; j++) {
    // Their prior, in which 3 x the first quartile sets the scale.
    thetas[j] = 1 / largest + (1 - Math.sqrt(gridSize / (j + 0.5))) / (3 * quartile)
    const k = shapeGiven(thetas[j], exceedances)
    profile[j] = n * (Math.log(-thetas[j] / k) - k - 1)
  }
  let total = 0
  let sum = 0
  const highest = profile.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  for (let j = 0; j < gridSize; j++) {
    const weight = Math.exp(profile[j] - highest)
    total += weight
    sum += weight * thetas[j]
  }
  const theta = sum / total
  const k = shapeGiven(theta, exceedances)
  return { k, sigma: -k / theta }
}

/** Maximum likelihood k for a given theta = -k / sigma: mean of log(1 - theta x). */
function shapeGiven(theta: number, exceedances: Float64Array): number {
  let sum = 0
  for (let i = 0; i < exceedances.length; i++) sum += Math.log1p(-theta * exceedances[i])
  return sum / exceedances.length
}

/** Quantile sigma ((1 - p)^-k - 1) / k, with its limit -sigma log(1 - p) at k = 0. */
export function generalisedParetoQuantile(p: number, { k, sigma }: GeneralisedPareto): number {
  const exponential = -Math.log1p(-p)
  return k === 0 ? sigma * exponential : (sigma * Math.expm1(k * exponential)) / k
}
