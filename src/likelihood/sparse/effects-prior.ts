import type { ChainTerm } from '../frame/chain-terms.js'

/** The normal prior of the effects u, of mean zero and precision P, at the parameters of the last `update`. */
export interface EffectsPrior {
  readonly update: (parameters: Float64Array) => void
  /** u'P u. */
  readonly quadratic: (u: Float64Array) => number
  /** Adds to `out` minus half of what each block of elements has in u'P u; no pair of elements is in two blocks. */
  readonly addHeights: (u: Float64Array, blockOf: Int32Array, out: Float64Array) => void
  /** P u into `out`. */
  readonly times: (u: Float64Array, out: Float64Array) => void
  /** P into the values of a factor's pattern, all else zero. */
  readonly write: (values: Float64Array) => void
  /** tr(P H^-1), with H^-1 on the pattern in `inverse`. */
  readonly trace: (inverse: Float64Array) => number
  /** log |P| over the effects whose prior is no flat one. */
  readonly logDeterminant: () => number
  /**
   * Adds to `gradient` the derivatives, in the parameters of P, of log |P| / 2 and of a value of which `inEntry` gives the
   * derivative in the entry P_ab = P_ba, by the elements a >= b and their place in the pattern.
   */
  readonly addDerivatives: (inEntry: (a: number, b: number, place: number) => number, gradient: Float64Array) => void
}

/** A chain's elements in the numbering of u, and where its precision stands in a factor's pattern. */
export interface PlacedChain {
  readonly term: ChainTerm
  /** First element of each level; the others follow it. */
  readonly starts: Int32Array
  /** Place of each pair of neighbours in the pattern, levels x (q - 1). */
  readonly beside: Int32Array
}

/**
 * Spherical effects have the identity, effects without a prior 0, and a chain with correlation rho, for each level, the
 * inverse of R = (rho^|s - t|): over 1 - rho^2, the diagonal 1 at both ends and 1 + rho^2 between, -rho beside it.
 */
export function effectsPrior(
  precision: Float64Array,
  diagonal: Int32Array,
  chains: readonly PlacedChain[],
): EffectsPrior {
  const q = precision.length
  const now = chains.map(() => ({ rho: 0, rest: 1, slope: 0.5 }))
  /** Elements that are no part of a chain. */
  const alone = precision.slice()
  for (const { term, starts } of chains) {
    const size = term.laid.term.names.length
    for (const first of starts) alone.fill(0, first, first + size)
  }
  /** Each entry of the chains' precision on and below the diagonal, its place, and how often it stands in P: once or twice. */
  const eachChainEntry = (visit: (place: number, entry: number, times: 1 | 2) => void) => {
    chains.forEach(({ term, starts, beside }, c) => {
      const { rho, rest } = now[c]
      const size = term.laid.term.names.length
      let pair = 0
      for (const first of starts) {
        for (let t = 0; t < size; t++) {
          const inside = t > 0 && t < size - 1
          visit(diagonal[first + t], (inside ? 1 + rho * rho : 1) / rest, 1)
          if (t > 0) visit(beside[pair++], -rho / rest, 2)
        }
      }
    })
  }
  return {
    update: (parameters) => {
      chains.forEach(({ term: { chain, laid } }, c) => {
        now[c] = chain.correlation(parameters[laid.start + chain.at])
      })
    },
    quadratic: (u) => {
      let sum = 0
      for (let e = 0; e < q; e++) sum += alone[e] * u[e] * u[e]
      chains.forEach(({ term, starts }, c) => {
        const { rho, rest } = now[c]
        const size = term.laid.term.names.length
        let innovations = 0
        for (const first of starts) {
          sum += u[first] * u[first]
          for (let t = 1; t < size; t++) innovations += (u[first + t] - rho * u[first + t - 1]) ** 2
        }
        sum += innovations / rest
      })
      return sum
    },
    addHeights: (u, blockOf, out) => {
      for (let e = 0; e < q; e++) out[blockOf[e]] -= 0.5 * alone[e] * u[e] * u[e]
      chains.forEach(({ term, starts }, c) => {
        const { rho, rest } = now[c]
        const size = term.laid.term.names.length
        for (const first of starts) {
          let sum = u[first] * u[first]
          for (let t = 1; t < size; t++) sum += (u[first + t] - rho * u[first + t - 1]) ** 2 / rest
          out[blockOf[first]] -= 0.5 * sum
        }
      })
    },
    times: (u, out) => {
      for (let e = 0; e < q; e++) out[e] = alone[e] * u[e]
      chains.forEach(({ term, starts }, c) => {
        const { rho, rest } = now[c]
        const size = term.laid.term.names.length
        for (const first of starts) {
          out[first] += u[first]
          for (let e = first + 1; e < first + size; e++) {
            const innovation = (u[e] - rho * u[e - 1]) / rest
            out[e] += innovation
            out[e - 1] -= rho * innovation
          }
        }
      })
    },
    write: (values) => {
      values.fill(0)
      for (let e = 0; e < q; e++) values[diagonal[e]] = alone[e]
      eachChainEntry((place, entry) => {
        values[place] = entry
      })
    },
    trace: (inverse) => {
      let sum = 0
      for (let e = 0; e < q; e++) sum += alone[e] * inverse[diagonal[e]]
      eachChainEntry((place, entry, times) => {
        sum += times * entry * inverse[place]
      })
      return sum
    },
    logDeterminant: () => {
      let sum = 0
      chains.forEach(({ term, starts }, c) => {
        sum -= starts.length * (term.laid.term.names.length - 1) * Math.log(now[c].rest)
      })
      return sum
    },
    addDerivatives: (inEntry, gradient) => {
      chains.forEach(({ term, starts, beside }, c) => {
        const { rho, rest, slope } = now[c]
        const size = term.laid.term.names.length
        // P = N / (1 - rho^2): what the entries of N between the ends, those beside the diagonal, and all of N meet.
        let [inside, between, whole] = [0, 0, 0]
        let pair = 0
        for (const first of starts) {
          for (let t = 0; t < size; t++) {
            const e = first + t
            const own = inEntry(e, e, diagonal[e])
            const inner = t > 0 && t < size - 1
            if (inner) inside += own
            whole += (inner ? 1 + rho * rho : 1) * own
            if (t === 0) continue
            const near = inEntry(e, e - 1, beside[pair++])
            between += near
            whole -= rho * near
          }
        }
        const inRho =
          (2 * rho * inside - between) / rest +
          (2 * rho * whole) / (rest * rest) +
          (starts.length * (size - 1) * rho) / rest
        gradient[term.laid.start + term.chain.at] += slope * inRho
      })
    },
  }
}
