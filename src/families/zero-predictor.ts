import { chanceOfZero } from './drawn.js'
import { type Family, type FurtherPredictor, noDeviance } from './family.js'
import { logistic, softplus } from './softplus.js'
import { withMoreZeros } from './tails.js'

/** The probability pi of a zero that a count family gains, as its last predictor. */
export const zeroPredictor: FurtherPredictor = {
  name: 'zi',
  role: 'mass',
  link: 'logit',
  reports: 'pi',
  start: -1,
  drawn: chanceOfZero('zi'),
}

/** Moves a row of K predictors into the places it has among K + 1, with derivatives 0 in the last one. */
export function widen(K: number, from: Float64Array, out: Float64Array): void {
  const pairs = (K * (K + 1)) / 2
  const triples = (pairs * (K + 2)) / 3
  const seconds = 2 + K
  const thirds = seconds + pairs + K + 1
  out.fill(0, 0, thirds + triples + pairs + K + 1)
  for (let i = 0; i <= K; i++) out[i] = from[i]
  for (let i = 0; i < pairs; i++) out[seconds + i] = from[1 + K + i]
  for (let i = 0; i < triples; i++) out[thirds + i] = from[1 + K + pairs + i]
}

/** Adds log(1 - pi) = -log(1 + e^z), z being predictor K of K + 1. */
export function addLogRest(K: number, z: number, out: Float64Array): void {
  const pi = logistic(z)
  const second = pi * logistic(-z)
  const last = lastOf(K)
  out[0] -= softplus(z)
  out[1 + K] -= pi
  out[last.second] -= second
  out[last.third] -= second * (1 - 2 * pi)
}

/** Places of the second and third derivative in predictor K alone, of K + 1. */
export function lastOf(K: number): { second: number; third: number } {
  const pairs = ((K + 1) * (K + 2)) / 2
  const second = 1 + K + pairs
  return { second, third: second + (pairs * (K + 3)) / 3 }
}

/** All but the density of a family whose response is 0 with probability pi and otherwise follows `rest`, made from `family`. */
export const mixedWithZeros = (
  family: Family,
  rest: Family,
): Omit<Family, 'name' | 'links' | 'further' | 'density'> => ({
  response: family.response,
  derivatives: family.derivatives,
  variance: family.variance,
  meanOfResponse: (parameters) => (1 - parameters.at(-1)!) * rest.meanOfResponse(parameters.slice(0, -1)),
  varianceOfResponse: (parameters) => {
    const pi = parameters.at(-1)!
    const mean = rest.meanOfResponse(parameters.slice(0, -1))
    return (1 - pi) * (rest.varianceOfResponse(parameters.slice(0, -1), 1) + pi * mean * mean)
  },
  ...(rest.tail && { tail: withMoreZeros(rest.tail) }),
  weight: family.weight,
  observed: family.observed,
  start: family.start,
  unitDeviance: noDeviance,
  ...(rest.meanLimit && { meanLimit: rest.meanLimit }),
  ...(rest.recession && { recession: rest.recession }),
  ratio: family.ratio,
  simulate: (noise, parameters, trials) =>
    noise.uniform() < parameters.at(-1)! ? 0 : rest.simulate!(noise, parameters.slice(0, -1), trials),
})
