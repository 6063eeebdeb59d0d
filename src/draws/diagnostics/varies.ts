/**
 * Whether the draws allow a statement about mixing: all finite, and not all the same. R's posterior calls draws
 * constant when they span less than 2.2e-16 in absolute terms; here, when they are equal, whatever their scale.
 */
export function varies(chains: readonly Float64Array[]): boolean {
  if (chains.length === 0 || chains[0].length === 0) return false
  const first = chains[0][0]
  let same = true
  for (const chain of chains) {
    for (let i = 0; i < chain.length; i++) {
      const value = chain[i]
      // value - value is NaN for NaN and both infinities.
      if (value - value !== 0) return false
      if (value !== first) same = false
    }
  }
  return !same
}
