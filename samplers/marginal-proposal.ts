import type { Rng } from '../src/random/stream.js'

/** A proposed spherical effect and the log density it was proposed with, without the constant of the normal density. */
export interface EffectProposal {
  readonly value: number
  readonly logDensity: number
}

/**
 * Proposals that the chain of one draw of an outermost unit goes through. With weights at most twice their mean its last
 * state is within 2^-15 of the target.
 */
export const rootProposals = 16

const share = { narrow: 0.75, wide: 0.2, prior: 0.05 } as const
/** The wide part, in conditional standard deviations: skewed conditionals reach farther than their curvature says. */
const reach = 2

/**
 * A spherical effect u around its conditional mean and standard deviation: a mixture of a normal density there, a wider
 * one, and the standard normal prior of u. The target is the prior times a likelihood, so that the share of the prior
 * bounds the ratio of target to proposal wherever the likelihood is bounded, whatever its shape.
 */
export function effectProposal(mean: number, sd: number, rng: Rng): EffectProposal {
  const which = rng.uniform()
  const z = rng.normal()
  let value = z
  if (which < share.narrow) value = mean + sd * z
  else if (which < share.narrow + share.wide) value = mean + reach * sd * z
  const distance = ((value - mean) / sd) ** 2
  const density =
    (share.narrow * Math.exp(-0.5 * distance)) / sd +
    (share.wide * Math.exp((-0.5 * distance) / (reach * reach))) / (reach * sd) +
    share.prior * Math.exp(-0.5 * value * value)
  return { value, logDensity: Math.log(density) }
}
