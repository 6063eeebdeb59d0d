import type { ConditionalEffects } from '../frame/conditional-effects.js'
import type { LatticeMarginal } from './lattice-marginal.js'

/**
 * Proposals of an effect. The proposal's density is within a few parts in a hundred of the target's, where the step of
 * the lattice suits the integral, and what the last state is off by falls as that number to the power of this one.
 */
const proposals = 3

/**
 * Draws each level's effect from the lattice that integrates it out: a proposal has the conditional density interpolated
 * linearly between the points, and the last state of an independence Metropolis chain of a few such proposals is kept.
 */
export function latticeDraw(lattice: LatticeMarginal, parameters: Float64Array): ConditionalEffects['draw'] {
  const { points, step, dimension } = lattice
  const count = points.length
  const below = new Float64Array(count)
  return (rng, out, at) => {
    const sigma = parameters[dimension - 1]
    lattice.conditionals(parameters, (level, atPlaces, from, density) => {
      let mass = 0
      for (let j = 0; j < count; j++) {
        mass += atPlaces[from + j]
        below[j] = mass
      }
      let present = 0
      let weight = 0
      for (let k = 0; k < proposals; k++) {
        // A point by its mass; what is left of the uniform number makes a triangular deviate of the lattice's step.
        const point = rng.uniform() * mass
        let low = 0
        for (let high = count - 1; low < high; ) {
          const middle = (low + high) >> 1
          if (below[middle] <= point) low = middle + 1
          else high = middle
        }
        const rest = (below[low] - point) / atPlaces[from + low]
        const u = points[low] + step * (rest < 0.5 ? Math.sqrt(2 * rest) - 1 : 1 - Math.sqrt(2 - 2 * rest))
        const left = Math.max(0, u < points[low] ? low - 1 : low)
        const right = Math.min(left + 1, count - 1)
        const t = (u - points[left]) / step
        const before = atPlaces[from + left]
        const after = atPlaces[from + right]
        const proposed = density(u) / (before + t * (after - before))
        if (k === 0 || rng.uniform() * weight < proposed) {
          present = u
          weight = proposed
        }
      }
      out[at + level] = sigma * present
    })
  }
}
