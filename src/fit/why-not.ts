import { isConstant } from '../data/constant-predictor.js'
import { familyNamed } from '../families/registry.js'
import type { Likelihood } from '../likelihood/likelihood.js'
import { linkNamed } from '../links/registry.js'
import { termText } from './term-text.js'

/** A residual this small beside the response is rounding. */
const rounding = 1e-6

/** What is known to keep a climb from its top, in words, with what helps; null where nothing of that kind is seen. */
export function whyNot(
  { model, layout, mostNodes }: Likelihood,
  parameters: Float64Array,
  nodes: number,
): string | null {
  const { further } = familyNamed(model.family).family
  for (const [k, { precisionPower, link, reports }] of further.entries()) {
    const predictor = model.predictors[k + 1]
    const { random, name } = predictor
    if (precisionPower !== undefined && isConstant(predictor)) {
      const residual = linkNamed(link).inverse(parameters[layout.fixedStart[k + 1]])
      if (residual < rounding * spread(model.response.y))
        return `the model reproduces the response exactly: ${reports} runs to zero, and the likelihood has no maximum`
    }
    if (random.length > 0 && nodes === 1) {
      const remedy = mostNodes > 1 ? '--nodes 7' : '--importance 4000'
      return `Laplace's approximation has no maximum that could be found with ${termText(random[0])} of ${name}: give ${remedy}, or leave that term out`
    }
  }
  return null
}

function spread(y: Float64Array): number {
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length
  return Math.sqrt(y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / y.length)
}
