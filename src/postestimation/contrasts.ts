import { polynomialRecurrence, evaluatePolynomial } from '../data/orthogonal-polynomial.js'
import { GlmmError } from '../errors.js'
import { nearestName } from '../nearest-name.js'

/** A linear combination of means. */
export interface Contrast {
  /** 'placebo - drug', 'linear', ... */
  readonly name: string
  /** One a mean. */
  readonly weights: readonly number[]
}

export const contrastKinds = ['pairwise', 'revpairwise', 'trt.vs.ctrl', 'eff', 'poly', 'consec'] as const
export type ContrastKind = (typeof contrastKinds)[number]

/**
 * The contrasts of a kind among means, named by them, as emmeans names its own: each pair (`pairwise`: earlier less later;
 * `revpairwise`: later less earlier), each with the first (`trt.vs.ctrl`), each with the mean of all (`eff`), orthogonal
 * polynomials over equal steps (`poly`), each with the one before (`consec`).
 *
 * @param kind - one of `contrastKinds`
 * @param labels - the means, two or more
 * @returns the contrasts, none of which sums to other than zero
 * @throws GlmmError USAGE for an unknown kind and for a single mean
 * @example contrastsOf('consec', ['a', 'b', 'c']) // b - a: -1, 1, 0; c - b: 0, -1, 1
 */
export function contrastsOf(kind: string, labels: readonly string[]): Contrast[] {
  const known = contrastKinds.find((one) => one === kind)
  if (known === undefined) {
    const hint = `${nearestName(kind, contrastKinds) ?? 'pairwise'} is one; or give weights: "A=1,-1,0; B=..."`
    throw new GlmmError('USAGE', `expected ${contrastKinds.join(', ')} as contrasts, got '${kind}'`, hint)
  }
  if (labels.length < 2) {
    const message = `expected two or more means to contrast, got ${labels.length === 1 ? `one (${labels[0]})` : 'none'}`
    throw new GlmmError('USAGE', message, 'name a factor, or several values with --at')
  }
  return makers[known](labels)
}

const makers: Readonly<Record<ContrastKind, (labels: readonly string[]) => Contrast[]>> = {
  pairwise: (labels) => pairs(labels).map(([i, j]) => difference(labels, i, j)),
  revpairwise: (labels) => pairs(labels).map(([i, j]) => difference(labels, j, i)),
  'trt.vs.ctrl': (labels) => labels.slice(1).map((_, i) => difference(labels, i + 1, 0)),
  consec: (labels) => labels.slice(1).map((_, i) => difference(labels, i + 1, i)),
  eff: (labels) =>
    labels.map((name, i) => ({
      name: `${name} effect`,
      weights: labels.map((_, k) => (k === i ? 1 : 0) - 1 / labels.length),
    })),
  poly: (labels) => polynomials(labels.length),
}

const pairs = (labels: readonly string[]): [number, number][] =>
  labels.flatMap((_, i) => labels.slice(i + 1).map((__, k): [number, number] => [i, i + 1 + k]))

const difference = (labels: readonly string[], i: number, j: number): Contrast => ({
  name: `${bracketed(labels[i])} - ${bracketed(labels[j])}`,
  weights: labels.map((_, k) => (k === i ? 1 : k === j ? -1 : 0)),
})

/** A label that has a minus of its own in brackets. */
const bracketed = (label: string): string => (/ - | \/ /.test(label) ? `(${label})` : label)

const degreeNames = ['linear', 'quadratic', 'cubic', 'quartic']

/** Of each degree below the number of means, to six; the smallest weight that is not zero scaled to a whole number where all are. */
function polynomials(count: number): Contrast[] {
  const steps = Float64Array.from({ length: count }, (_, i) => i + 1)
  const degree = Math.min(count - 1, 6)
  return evaluatePolynomial(steps, polynomialRecurrence(steps, degree)).map((values, d) => ({
    name: degreeNames[d] ?? `degree ${d + 1}`,
    weights: whole(values),
  }))
}

/** The multiple of a vector whose entries are the smallest whole numbers, where one is found; else the vector itself. */
function whole(values: Float64Array): number[] {
  const smallest = values.reduce(
    (least, one) => (Math.abs(one) > 1e-9 ? Math.min(least, Math.abs(one)) : least),
    Number.POSITIVE_INFINITY,
  )
  for (let by = 1; by <= 60; by++) {
    const scaled = Array.from(values, (one) => (one * by) / smallest)
    if (scaled.every((one) => Math.abs(one - Math.round(one)) < 1e-7 * by))
      return scaled.map((one) => Math.round(one) + 0)
  }
  return Array.from(values)
}

/**
 * Contrasts of one's own: weights a mean, several after semicolons, each with a name before `=`; a name left out is made of
 * the weights.
 *
 * @throws GlmmError USAGE where the weights are not numbers, or not as many as there are means
 * @example ownContrasts('dose=-1,0,1; rest=1,-0.5,-0.5', ['a', 'b', 'c'])
 */
export function ownContrasts(text: string, labels: readonly string[]): Contrast[] {
  return text
    .split(';')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const cut = part.lastIndexOf('=')
      const numbers = part.slice(cut + 1).trim()
      const weights = numbers.split(/\s*,\s*/).map((one) => (one === '' ? Number.NaN : Number(one)))
      if (weights.length !== labels.length || !weights.every(Number.isFinite)) {
        const message = `expected ${labels.length} weights for the means ${labels.join(', ')}, got '${numbers}'`
        throw new GlmmError(
          'USAGE',
          message,
          `write them with commas: "A=${labels.map((_, i) => (i === 0 ? 1 : i === 1 ? -1 : 0)).join(',')}"`,
        )
      }
      return { name: cut < 0 ? numbers : part.slice(0, cut).trim(), weights }
    })
}
