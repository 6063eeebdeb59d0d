import { isConstant } from '../../data/constant-predictor.js'
import { GlmmError } from '../../errors.js'
import { nearestName } from '../../nearest-name.js'
import { meanIn } from '../../likelihood/frame/parameter-layout.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import type { Truth } from '../spec/study-spec.js'

/** Outer parameters of the model at true values that are written down; USAGE where they do not belong to the model. */
export function trueParameters(stated: Stated, truth: Truth): Float64Array {
  const { layout } = stated
  const x = new Float64Array(layout.dimension)
  const { stated: mean, fixed } = meanIn(layout)
  const { names } = mean.fixed
  checkNames('/truth/fixed', truth.fixed, names, names)
  names.forEach((name, j) => {
    x[fixed.from + j] = truth.fixed[name]
  })
  setDispersion(stated, truth, x)
  const groups = [...new Set(layout.terms.map(({ term }) => term.group))]
  checkNames('/truth/random', truth.random ?? {}, groups, groups)
  for (const group of groups) {
    const terms = layout.terms.filter(({ term }) => term.group === group)
    const { sd, correlation } = truth.random![group]
    const effects = terms.flatMap(({ term }) => term.names)
    if (sd.length !== effects.length) {
      const message = `/truth/random/${group}/sd: expected ${effects.length} standard deviations (${effects.join(', ')}), got ${sd.length}`
      throw new GlmmError('USAGE', message, 'give one for each effect of the group')
    }
    let from = 0
    for (const { term, covariance, start, size } of terms) {
      const q = term.names.length
      const r = correlationOf(group, correlation, from, q)
      const { chart } = covariance
      const deviations: number[] = []
      chart.deviationOf(q).forEach((which, effect) => {
        deviations[which] ??= sd[from + effect]
      })
      chart.theta(deviations, chart.fromCorrelations(r, q), q, x.subarray(start, start + size))
      from += q
    }
  }
  return x
}

/** The further parameters, each one number; covariates of theirs have no place in a written truth. */
function setDispersion({ layout: { further } }: Stated, truth: Truth, x: Float64Array): void {
  const wanted = further.map(({ kind }) => kind!.reports)
  checkNames('/truth/dispersion', truth.dispersion ?? {}, wanted, wanted)
  for (const { name, kind, link, stated, fixed } of further) {
    if (!isConstant(stated)) {
      const message = `expected a ${name} predictor that is one number for a written truth, got terms in it`
      throw new GlmmError('MODEL', message, 'leave them out')
    }
    x[fixed.from] = link.link(truth.dispersion![kind!.reports])
  }
}

function correlationOf(
  group: string,
  given: readonly (readonly number[])[] | undefined,
  from: number,
  q: number,
): Float64Array {
  const r = new Float64Array(q * q)
  for (let i = 0; i < q; i++) {
    for (let j = 0; j < q; j++) r[i * q + j] = i === j ? 1 : (given?.[from + i]?.[from + j] ?? 0)
  }
  for (let i = 0; i < q; i++) {
    for (let j = 0; j < i; j++) {
      if (r[i * q + j] === r[j * q + i] && Math.abs(r[i * q + j]) < 1) continue
      const message = `/truth/random/${group}/correlation: expected a symmetric matrix with elements between -1 and 1`
      throw new GlmmError(
        'USAGE',
        `${message}, got ${r[i * q + j]} and ${r[j * q + i]}`,
        'give the correlations as rows',
      )
    }
  }
  return r
}

/** All of `needed` must be there, and nothing but `known`. */
function checkNames(path: string, given: object, known: readonly string[], needed: readonly string[]): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue
    const near = nearestName(name, known)
    const message = `${path}/${name}: expected a name of the model (${known.join(', ') || 'none'}), got ${name}`
    throw new GlmmError('USAGE', message, near === null ? 'leave it out' : `did you mean ${near}?`)
  }
  const missing = needed.find((name) => !(name in given))
  if (missing === undefined) return
  throw new GlmmError('USAGE', `${path}: expected a true value of ${missing}, got none`, 'give one for each')
}

/** The truth that outer parameters of the model stand for: the way back. */
export function truthOf({ layout }: Stated, x: Float64Array): Truth {
  const mean = meanIn(layout)
  const fixed = Object.fromEntries(mean.stated.fixed.names.map((name, j) => [name, x[mean.fixed.from + j]]))
  const dispersion = Object.fromEntries(
    layout.further.map(({ kind, link, fixed: { from } }) => [kind!.reports, link.inverse(x[from])]),
  )
  const random: Record<string, { sd: number[]; correlation: number[][] }> = {}
  for (const { term, covariance, start, size } of layout.terms) {
    const q = term.names.length
    const theta = x.subarray(start, start + size)
    const of = random[term.group] ?? { sd: [], correlation: [] }
    random[term.group] = of
    const before = of.sd.length
    of.sd.push(...covariance.standardDeviations(theta, q))
    const r = covariance.correlations(theta, q)
    for (const row of of.correlation) row.push(...new Array(q).fill(0))
    for (let i = 0; i < q; i++) {
      const own = Array.from(r.subarray(i * q, (i + 1) * q), (value) => (Number.isNaN(value) ? 0 : value))
      of.correlation.push([...new Array(before).fill(0), ...own])
    }
  }
  return { fixed, random, dispersion }
}
