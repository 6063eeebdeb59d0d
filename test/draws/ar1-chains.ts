/** Standard normals from a 32-bit linear congruential generator (Numerical Recipes' constants) by Box and Muller. */
export function normals(seed: number): () => number {
  let state = seed >>> 0
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}

/** Stationary AR(1) chains of unit variance. */
export function ar1Chains(rho: number, chains: number, draws: number, seed: number): Float64Array[] {
  const normal = normals(seed)
  return Array.from({ length: chains }, () => {
    let x = normal()
    return Float64Array.from({ length: draws }, () => {
      x = rho * x + Math.sqrt(1 - rho * rho) * normal()
      return x
    })
  })
}
