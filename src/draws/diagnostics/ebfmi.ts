/**
 * Estimated Bayesian fraction of missing information of one chain of Hamiltonian Monte Carlo, from its energies draw
 * after draw: sum (E_i - E_{i-1})^2 / sum (E_i - Ebar)^2 (Betancourt 2016, "Diagnosing suboptimal cotangent
 * disintegrations in Hamiltonian Monte Carlo"). Below 0.3 the resampled momentum moves the energy too little
 * to reach the tails. NaN for energies that do not vary, and for samplers without energies.
 */
export function ebfmi(energies: ArrayLike<number>): number {
  const n = energies.length
  let sum = 0
  for (let i = 0; i < n; i++) sum += energies[i]
  const mean = sum / n
  let steps = 0
  let spread = 0
  for (let i = 0; i < n; i++) {
    if (i > 0) steps += (energies[i] - energies[i - 1]) ** 2
    spread += (energies[i] - mean) ** 2
  }
  return steps / spread
}
