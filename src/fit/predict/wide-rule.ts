import { normalCdf } from '../../numerics/special.js'

/** Beyond this standard deviation a sigmoid function of the effect is a step function. */
export const wide = 30
/** A probability is at its limits this far from zero on its link's scale. */
const reach = 40
const cells = 800

/**
 * E f(eta + sd Z) over a standard normal Z for a function with limits on either side of zero and a standard deviation too large for
 * nodes of Gauss and Hermite: the limits by their normal probabilities, what lies between by the trapezoidal rule.
 */
export function wideAverage(f: (eta: number) => number, eta: number, sd: number): number {
  const at = (value: number): number => (value - eta) / sd
  const step = (2 * reach) / cells
  let between = 0
  let mass = 0
  for (let j = 0; j <= cells; j++) {
    const value = -reach + j * step
    const z = at(value)
    const weight = Math.exp(-0.5 * z * z) * (j === 0 || j === cells ? 0.5 : 1)
    between += weight * f(value)
    mass += weight
  }
  const middle = normalCdf(at(reach)) - normalCdf(at(-reach))
  const average = mass > 0 ? between / mass : 0
  return normalCdf(at(-reach)) * f(-reach) + (1 - normalCdf(at(reach))) * f(reach) + middle * average
}
