/** Fewer draws than these allow no diagnostic. */
const leastDraws = 4

/** Which chains (from 0, ascending) are kept of a run that was ended, and how many draws of each: none of too few. */
export interface KeptChains {
  readonly chains: readonly number[]
  readonly draws: number
}

/**
 * Of chains with so many whole draws each, those that together have the most when all are cut to the shortest of them:
 * chains side by side are cut a little, and chains that had hardly begun are left out.
 */
export function keptChains(done: readonly number[]): KeptChains {
  const order = done.map((_, c) => c).sort((a, b) => done[b] - done[a] || a - b)
  let best: KeptChains = { chains: [], draws: 0 }
  for (let count = 1; count <= order.length; count++) {
    const draws = done[order[count - 1]]
    if (draws < leastDraws || draws * count < best.draws * best.chains.length) continue
    best = { chains: order.slice(0, count).sort((a, b) => a - b), draws }
  }
  return best
}
