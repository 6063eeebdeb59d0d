import type { Model } from '../data/model.js'
import { GlmmError } from '../errors.js'
import type { Nodes } from './record/fit-record.js'

/** Refuses nodes where there is no integral, or one that is exact. */
export function checkIntegral(model: Model, nodes: Nodes, reml: boolean, effects: boolean): void {
  if (nodes === 'auto' || nodes === 1 || (effects && !reml)) return
  const message = reml
    ? `expected no nodes with restricted maximum likelihood, whose integral is exact, got ${nodes} nodes`
    : `expected random effects to integrate over with ${nodes} nodes, got none in ${model.formula}`
  const hint = reml
    ? 'leave --nodes out; without --reml, too, the integral of a gaussian model needs none'
    : 'leave --nodes out: a model without random effects has no integral to approximate'
  throw new GlmmError('MODEL', message, hint)
}

/** More nodes than the rule of this structure takes. */
export function tooManyNodes(model: Model, nodes: number | string, most: number): GlmmError {
  if (most > 1) {
    const message = `expected at most ${most} nodes for the effects of ${model.formula}, got ${nodes}`
    return new GlmmError(
      'MODEL',
      message,
      `the points of a rule are a power of its nodes: give --nodes ${most} or fewer`,
    )
  }
  return new GlmmError(
    'MODEL',
    `expected random effects of one factor, or of nested ones, for quadrature with ${nodes} nodes, got ${model.formula}`,
    'give --importance 4000 in its place, or --nodes auto, which goes on to importance sampling by itself',
  )
}

/** Importance sampling of an integral that is known. */
export const nothingToSample = (model: Model): GlmmError =>
  new GlmmError(
    'MODEL',
    `expected an integral without closed form for importance sampling, got ${model.formula}, ${model.family}(${model.link})`,
    'leave --importance out: the fit without it is exact',
  )
