/**
 * Each chain cut into its first and second half, which are views of it: first halves of all chains, then second
 * halves. A chain of odd length loses its middle draw; a chain of one draw stays whole. Halving lets a drift within a
 * chain show as a difference between chains (Gelman et al. 2013, section 11.4).
 */
export function splitChains(chains: readonly Float64Array[]): Float64Array[] {
  if (chains.length === 0 || chains[0].length < 2) return [...chains]
  const half = Math.floor(chains[0].length / 2)
  return [
    ...chains.map((chain) => chain.subarray(0, half)),
    ...chains.map((chain) => chain.subarray(chain.length - half)),
  ]
}
