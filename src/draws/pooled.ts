/** All draws of all chains in one new array, chain after chain. */
export function pooled(chains: readonly Float64Array[]): Float64Array {
  let size = 0
  for (const chain of chains) size += chain.length
  const all = new Float64Array(size)
  let at = 0
  for (const chain of chains) {
    all.set(chain, at)
    at += chain.length
  }
  return all
}

/** All draws of all chains, ascending, NaN last. */
export const pooledAscending = (chains: readonly Float64Array[]): Float64Array => pooled(chains).sort()
