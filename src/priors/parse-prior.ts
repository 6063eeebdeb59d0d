import { GlmmError } from '../errors.js'
import type { Distribution } from './distribution.js'
import { distributions } from './registry.js'

/** One prior statement: which parameters, and their distribution. */
export interface Prior {
  /** 'b' (fixed effects), 'Intercept', 'sd' (standard deviations of random effects). */
  readonly target: 'b' | 'Intercept' | 'sd'
  /** The one coefficient or group meant by `b[treat]` or `sd[center]`; null for all. */
  readonly element: string | null
  readonly distribution: Distribution
  /** Normalised text of the statement. */
  readonly text: string
}

/** A number as people write it; not all that Number() reads, such as 0x10. */
const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

const example = 'write it as "b ~ normal(0, 2.5)" or "sd[center] ~ exponential(1)"'

/** Reads `target ~ name(arguments)`; a PRIOR error says what is wrong with the text. */
export function parsePrior(text: string): Prior {
  const match = /^\s*([A-Za-z]+)\s*(?:\[\s*(\S(?:.*?\S)?)\s*\])?\s*~\s*([A-Za-z_]+)\s*\(([^()]*)\)\s*$/.exec(text)
  if (!match) throw new GlmmError('PRIOR', `expected a prior like "b ~ normal(0, 2.5)", got '${text}'`, example)
  const [, target, element, name, list] = match
  if (target !== 'b' && target !== 'Intercept' && target !== 'sd') {
    throw new GlmmError('PRIOR', `expected a prior on b, Intercept or sd, got '${target}' in '${text}'`, example)
  }
  const maker = distributions.find((candidate) => candidate.name === name)
  if (!maker) {
    const known = distributions.map((candidate) => candidate.name).join(', ')
    throw new GlmmError('PRIOR', `expected a distribution (${known}), got '${name}' in '${text}'`, 'use one of these')
  }
  const values =
    list.trim() === '' ? [] : list.split(',').map((part) => (number.test(part.trim()) ? Number(part) : Number.NaN))
  const form = `${name}(${maker.arguments.map((argument) => (argument === 'zero' ? '0' : argument)).join(', ')})`
  if (values.length !== maker.arguments.length || values.some((value) => !Number.isFinite(value))) {
    throw new GlmmError(
      'PRIOR',
      `expected ${form} with ${maker.arguments.length} numbers, got '${text}'`,
      `give the numbers of ${form}`,
    )
  }
  maker.arguments.forEach((argument, i) => {
    if (maker.scale.includes(argument) && values[i] <= 0) {
      throw new GlmmError(
        'PRIOR',
        `expected a positive ${argument} in ${form}, got ${values[i]}`,
        'give a number above 0',
      )
    }
    if (argument === 'zero' && values[i] !== 0) {
      throw new GlmmError(
        'PRIOR',
        `expected ${form}, a distribution folded at 0, got location ${values[i]}`,
        'give 0 there',
      )
    }
  })
  if (target === 'sd' && !maker.positive) {
    const hint = `use half_normal, half_cauchy, half_t or exponential for a standard deviation`
    throw new GlmmError('PRIOR', `expected a distribution on positive numbers for sd, got '${name}'`, hint)
  }
  if (target !== 'sd' && maker.positive) {
    const hint = 'use normal, student_t or cauchy for a coefficient'
    throw new GlmmError('PRIOR', `expected a distribution on all numbers for ${target}, got '${name}'`, hint)
  }
  if (target === 'Intercept' && element !== undefined) {
    throw new GlmmError('PRIOR', `expected "Intercept ~ ..." without brackets, got '${text}'`, example)
  }
  const body = `${name}(${values.join(', ')})`
  const distribution: Distribution = { text: body, positive: maker.positive, ...maker.make(...values) }
  const whole = `${target}${element === undefined ? '' : `[${element}]`} ~ ${body}`
  return { target, element: element ?? null, distribution, text: whole }
}

/** Priors in force where the user gives none. */
export const defaultPriors: readonly string[] = ['b ~ normal(0, 2.5)', 'sd ~ half_normal(0, 1)']
