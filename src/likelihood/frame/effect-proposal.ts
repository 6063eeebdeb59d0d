import type { Rng } from '../../random/stream.js'

/**
 * Proposals that the chain of one draw of an outermost unit goes through. With weights at most twice their mean its last
 * state is within 2^-12 of the target, and far closer where the proposal is the closer.
 */
export const rootProposals = 12

const share = { narrow: 0.75, wide: 0.2, prior: 0.05 } as const
/** The wide part, in conditional standard deviations: skewed conditionals reach farther than their curvature says. */
const reach = 2

/**
 * A spherical effect u around its conditional mean and standard deviation: a mixture of a normal density there, a wider
 * one, and the standard normal prior of u. The target is the prior times a likelihood, so that the share of the prior
 * bounds the ratio of target to proposal wherever the likelihood is bounded, whatever its shape.
 */
export function effectProposal(mean: number, sd: number, rng: Rng): number {
  const which = rng.uniform()
  const z = rng.normal()
  if (which < share.narrow) return mean + sd * z
  return which < share.narrow + share.wide ? mean + reach * sd * z : z
}

/** Log density of that mixture, but for the constant of the normal density. */
export function logProposal(u: number, mean: number, sd: number): number {
  const distance = ((u - mean) / sd) ** 2
  return Math.log(
    (share.narrow * Math.exp(-0.5 * distance)) / sd +
      (share.wide * Math.exp((-0.5 * distance) / (reach * reach))) / (reach * sd) +
      share.prior * Math.exp(-0.5 * u * u),
  )
}
