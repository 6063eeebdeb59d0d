import { GlmmError } from '../errors.js'
import { nearestName } from '../nearest-name.js'
import type { Distribution } from './distribution.js'
import { distributions } from './registry.js'

/** One prior statement: which parameters, and their distribution. */
export interface Prior {
  /** 'b' (fixed effects), 'Intercept', 'sd', 'cor', or the name of a family's own parameter: 'sigma', 'shape', ... */
  readonly target: string
  /** The one coefficient, group or column of a group meant by `b[treat]`, `sd[center]`, `sd[center__x]`; null for all. */
  readonly element: string | null
  /** Of the number; null for `cor`. */
  readonly distribution: Distribution | null
  /** Shape of the LKJ distribution that `cor` has, else null. */
  readonly lkj: number | null
  /** Normalised text of the statement. */
  readonly text: string
}

/** Targets whose numbers run over the whole line; all others are standard deviations and the like. */
const coefficients = ['b', 'Intercept']

/** A number as people write it; not all that Number() reads, such as 0x10. */
const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

const example = 'write it as "b ~ normal(0, 2.5)" or "sd[center] ~ exponential(1)"'

const fault = (expected: string, got: string, hint: string): GlmmError =>
  new GlmmError('PRIOR', `expected ${expected}, got ${got}`, hint)

/** Reads `target ~ name(arguments)`; a PRIOR error says what is wrong with the text. */
export function parsePrior(text: string): Prior {
  const match = /^\s*([A-Za-z]+)\s*(?:\[\s*(\S(?:.*?\S)?)\s*\])?\s*~\s*([A-Za-z_]+)\s*\(([^()]*)\)\s*$/.exec(text)
  if (!match) {
    // The name of a draw, where its target was meant.
    const drawn = /^\s*(b|sd)_(.*?\S)\s*~/.exec(text)
    const hint = drawn ? `write its target as ${drawn[1]}[${drawn[2].replace(/__Intercept$/, '')}]` : example
    throw fault('a prior like "b ~ normal(0, 2.5)"', `'${text}'`, hint)
  }
  const [, target, element = null, name, list] = match
  if (target === 'Intercept' && element !== null) {
    throw fault('"Intercept ~ ..." without brackets', `'${text}'`, example)
  }
  const whole = `${target}${element === null ? '' : `[${element}]`}`
  const values =
    list.trim() === '' ? [] : list.split(',').map((part) => (number.test(part.trim()) ? Number(part) : Number.NaN))
  if ((target === 'cor') !== (name === 'lkj')) {
    throw fault('lkj(shape) as the prior on cor, and nowhere else', `'${text}'`, 'write it as "cor ~ lkj(2)"')
  }
  if (target === 'cor') {
    if (values.length !== 1 || !(values[0] > 0 && Number.isFinite(values[0]))) {
      throw fault('lkj(shape) with one number above 0', `'${text}'`, 'write it as "cor ~ lkj(2)"')
    }
    return { target, element, distribution: null, lkj: values[0], text: `${whole} ~ lkj(${values[0]})` }
  }
  const distribution = distributionOf(name, values, text)
  if ([...coefficients, 'sd'].includes(target)) checkSupport(target, distribution)
  return { target, element, distribution, lkj: null, text: `${whole} ~ ${distribution.text}` }
}

function distributionOf(name: string, values: readonly number[], text: string): Distribution {
  const maker = distributions.find((candidate) => candidate.name === name)
  if (!maker) {
    const known = [...distributions.map((candidate) => candidate.name), 'lkj']
    const near = nearestName(name, known)
    const hint = near === null ? 'use one of these' : `did you mean ${near}?`
    throw fault(`a distribution (${known.join(', ')})`, `'${name}' in '${text}'`, hint)
  }
  const form = `${name}(${maker.arguments.map((argument) => (argument === 'zero' ? '0' : argument)).join(', ')})`
  if (values.length !== maker.arguments.length || values.some((value) => !Number.isFinite(value))) {
    throw fault(`${form} with ${maker.arguments.length} numbers`, `'${text}'`, `give the numbers of ${form}`)
  }
  maker.arguments.forEach((argument, i) => {
    if (maker.positive.includes(argument) && values[i] <= 0) {
      throw fault(`a positive ${argument} in ${form}`, `${values[i]}`, 'give a number above 0')
    }
    if (argument === 'zero' && values[i] !== 0) {
      throw fault(`${form}, a distribution folded at 0`, `location ${values[i]}`, 'give 0 there')
    }
  })
  const support = maker.support(...values)
  if (!(support[0] < support[1])) {
    throw fault(`${form} with its first number below its second`, `'${text}'`, 'turn the numbers around')
  }
  const body = `${name}(${values.map((value) => value || 0).join(', ')})`
  return { text: body, support, improper: maker.improper ?? false, ...maker.make(...values) }
}

/** Refuses a distribution whose support does not suit a parameter: the whole line, or positive numbers. */
export function checkSupport(target: string, { support, improper, text }: Distribution): void {
  const coefficient = coefficients.includes(target)
  if (!coefficient && support[0] < 0 && !improper) {
    const hint = 'use half_normal, half_t, half_cauchy, exponential, gamma, inverse_gamma, lognormal or flat()'
    throw fault(`a distribution on positive numbers for ${target}`, `${text}`, hint)
  }
  if (coefficient && support[0] === 0 && support[1] === Number.POSITIVE_INFINITY) {
    const hint = 'use normal, student_t, cauchy, laplace, logistic, uniform or flat()'
    throw fault(`a distribution on all numbers for ${target}`, `${text}`, hint)
  }
}
