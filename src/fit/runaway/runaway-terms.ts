import { diagonal } from '../../covariance/diagonal.js'
import { flat } from '../../covariance/flat.js'
import type { Model, RandomTerm } from '../../data/model.js'
import { type Likelihood, likelihood } from '../../likelihood/likelihood.js'
import type { LaidTerm } from '../../likelihood/frame/parameter-layout.js'
import { cholesky, choleskyInverse } from '../../numerics/cholesky.js'
import type { Estimate } from '../results/estimate.js'
import { deviationName, directionOf } from './limit-estimate.js'
import { responseEnds } from './response-ends.js'
import type { Runaway } from '../results/runaway.js'
import { termText } from '../start/term-text.js'

/**
 * A standard deviation of the predictor beyond this is on no scale of a probability or a rate: with a logit, a twentieth of
 * the levels would lie beyond odds of e^16. The question is worth asking then.
 */
const suspicious = 8
/** The same where the climb did not end. */
const suspiciousUnended = 3
/** Standard deviation of the predictor in the search of values that part all rows: margins down to 1e-3 are found. */
const wide = 1e4

/** Columns of a random term that may run. */
interface Suspect {
  readonly laid: LaidTerm
  readonly columns: readonly number[]
  /** The largest standard deviation they give a predictor. */
  readonly size: number
}

/** A fixed effect that moves a predictor by less than this share of the standard deviation has no direction of its own. */
const noticed = 0.05

const rootMeanSquare = (values: Float64Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / Math.max(1, values.length))

/**
 * The estimate of any structure, with the standard deviations that have no finite maximum reported as such: those that the climb
 * has left off the scale of the link, where fixed effects and these effects together can put every row they touch
 * strictly on its right side, so that the likelihood has a positive limit as they grow. That there are such values is
 * proved by having them. That the limit is the supremum is not: only for one scalar effect can that be decided (see runawayVariance).
 */
export function withRunawayTerms(like: Likelihood, fitted: Estimate): Estimate {
  return like.layout.predictors.reduce((reported, { k }) => withTermsOf(k, like, reported), fitted)
}

/** The same for the terms of predictor k, of whose zeros, or ones, nothing else decides. */
function withTermsOf(k: number, like: Likelihood, fitted: Estimate): Estimate {
  const suspects = suspectsOf(k, like, fitted)
  if (suspects.length === 0) return fitted
  const ends = responseEnds(like.stated, like.layout.predictors[k])
  if (!ends) return fitted
  const { model, layout } = like
  const touched = touchedRows(model, suspects)
  const all = touched.every((one, i) => one === 1 || ends[i] === 2)
  if (!parted(model, k, suspects, ends, touched, all)) return fitted
  const { parameters } = fitted
  const d = layout.dimension
  const runs: Runaway[] = []
  const gone = new Set<number>()
  const run = (at: number, predictor: number, name: string, to: Runaway['to']): void => {
    gone.add(at)
    runs.push({ at, predictor: model.predictors[predictor].name, name, to })
  }
  const size = Math.max(...suspects.map(({ size }) => size))
  // Where every row is decided by the effects that run nothing else is left to know; of the mean's rows by no predictor.
  const ofMean = layout.location?.k === k
  const undecided = (predictor: number): boolean => all && (ofMean || predictor === k)
  model.predictors.forEach(({ fixed }, predictor) => {
    if (!undecided(predictor)) return
    fixed.names.forEach((column, j) => {
      const at = layout.fixedStart[predictor] + j
      const values = fixed.x.subarray(j * model.nobs, (j + 1) * model.nobs)
      const reach = Math.abs(parameters[at]) * rootMeanSquare(values)
      run(at, predictor, column, predictor === k && reach > noticed * size ? directionOf(parameters[at]) : null)
    })
  })
  for (const laid of layout.terms) {
    const columns = suspects.find((one) => one.laid === laid)?.columns ?? []
    laid.covariance.units(laid.term.names.length).forEach((column, j) => {
      const name = column >= 0 ? deviationName(layout, laid, column) : `cor(${laid.term.group})`
      if (column >= 0 && columns.includes(column)) run(laid.start + j, laid.predictor, name, 'Inf')
      else if (undecided(laid.predictor) || (column < 0 && columns.length > 0))
        run(laid.start + j, laid.predictor, name, null)
    })
  }
  const kept = Array.from({ length: d }, (_, j) => j).filter((j) => !gone.has(j))
  const covariance = conditional(fitted.covariance, d, kept)
  return {
    ...fitted,
    covariance: covariance ?? new Float64Array(d * d).fill(Number.NaN),
    se: fitted.se.map((_, j) => (covariance ? Math.sqrt(covariance[j * d + j]) : Number.NaN)),
    converged: true,
    reason: `the likelihood rises towards ${suspects.length > 1 ? 'infinite standard deviations' : 'an infinite standard deviation'} of ${termsText(suspects)}`,
    runs: [...fitted.runs.filter(({ at }) => !gone.has(at)), ...runs],
    reported: [
      ...fitted.reported,
      {
        code: 'SEPARATION',
        message: saysOf(model, ofMean ? '' : ` of ${model.predictors[k].name}`, suspects, ends, all),
      },
    ],
    unbounded: true,
  }
}

function suspectsOf(k: number, { model, layout }: Likelihood, { parameters, converged, logLik }: Estimate): Suspect[] {
  if (!(logLik > Number.NEGATIVE_INFINITY)) return []
  const far = converged ? suspicious : suspiciousUnended
  return layout.terms.flatMap((laid): Suspect[] => {
    const { term, covariance, predictor, start, size } = laid
    if (predictor !== k || covariance === flat) return []
    const q = term.names.length
    const sd = covariance.standardDeviations(parameters.subarray(start, start + size), q)
    const sizes = term.names.map((_, i) => {
      const z = term.z.subarray(i * model.nobs, (i + 1) * model.nobs)
      return sd[i] * rootMeanSquare(z.filter((value) => value !== 0))
    })
    const columns = term.names.flatMap((_, i) => (sizes[i] > far ? [i] : []))
    return columns.length > 0 ? [{ laid, columns, size: Math.max(...sizes) }] : []
  })
}

function touchedRows({ nobs: n }: Model, suspects: readonly Suspect[]): Uint8Array {
  const touched = new Uint8Array(n)
  for (const { laid, columns } of suspects)
    for (const column of columns) for (let i = 0; i < n; i++) if (laid.term.z[column * n + i] !== 0) touched[i] = 1
  return touched
}

/**
 * Whether values of the suspects' effects, and of the fixed effects where `withFixed`, separate the touched rows: a
 * logistic regression of the ends, with a prior so wide that its mode separates them where they are separable.
 */
function parted(
  model: Model,
  k: number,
  suspects: readonly Suspect[],
  ends: Int8Array,
  touched: Uint8Array,
  withFixed: boolean,
): boolean {
  const n = model.nobs
  const rows: number[] = []
  for (let i = 0; i < n; i++) {
    if (touched[i] === 0 || ends[i] === 2) continue
    if (ends[i] === 0) return false
    rows.push(i)
  }
  const { fixed, name } = model.predictors[k]
  const columnsOf = (matrix: Float64Array, columns: readonly number[]): { z: Float64Array; sd: number[] } => {
    const z = new Float64Array(rows.length * columns.length)
    const sd = columns.map((column, c) => {
      let square = 0
      rows.forEach((i, r) => {
        z[c * rows.length + r] = matrix[column * n + i]
        square += matrix[column * n + i] ** 2
      })
      return wide / (Math.sqrt(square / rows.length) || 1)
    })
    return { z, sd }
  }
  const theta: number[] = []
  const random = suspects.map(({ laid: { term }, columns }): RandomTerm => {
    const { z, sd } = columnsOf(term.z, columns)
    theta.push(...sd)
    const index = Int32Array.from(rows, (i) => term.index[i])
    return { ...term, index, names: columns.map((column) => term.names[column]), z, covariance: diagonal.name }
  })
  if (withFixed && fixed.names.length > 0) {
    const { z, sd } = columnsOf(fixed.x, Array.from(fixed.names.keys()))
    theta.push(...sd)
    const index = new Int32Array(rows.length)
    random.push({ group: '(fixed)', levels: ['all'], index, names: fixed.names, z, covariance: diagonal.name })
  }
  const none = { names: [], x: new Float64Array(0), aliased: [] }
  const y = Float64Array.from(rows, (i) => (ends[i] > 0 ? 1 : 0))
  const trials = new Float64Array(rows.length).fill(1)
  const surrogate: Model = {
    ...model,
    family: 'binomial',
    link: 'logit',
    nobs: rows.length,
    response: { name: model.response.name, y, trials },
    predictors: [{ name, role: 'location', fixed: none, offset: null, random }],
  }
  const effects = likelihood(surrogate).effectsAt(Float64Array.from(theta))
  if (!effects) return false
  const [eta] = effects.eta
  return eta.every((value, r) => (y[r] === 1 ? value > margin : value < -margin))
}

/** A row counts as parted where its logit is beyond this: rounding's share of it is far less. */
const margin = 1e-3

/** The covariance of the free parameters with the others fixed where they are; NaN for those; null where there is none. */
function conditional(covariance: Float64Array | null, d: number, free: readonly number[]): Float64Array | null {
  if (!covariance) return null
  const known = Array.from({ length: d }, (_, j) => j).filter((j) => covariance[j * (d + 1)] > 0)
  const size = known.length
  const matrix = new Float64Array(size * size)
  known.forEach((i, a) => {
    known.forEach((j, b) => {
      matrix[a * size + b] = covariance[i * d + j]
    })
  })
  if (!cholesky(matrix, size)) return null
  const precision = choleskyInverse(matrix, size)
  const kept = known.flatMap((j, a) => (free.includes(j) ? [a] : []))
  const m = kept.length
  const of = new Float64Array(m * m)
  kept.forEach((a, r) => {
    kept.forEach((b, c) => {
      of[r * m + c] = precision[a * size + b]
    })
  })
  const out = new Float64Array(d * d).fill(Number.NaN)
  if (m === 0) return out
  if (!cholesky(of, m)) return null
  const inverse = choleskyInverse(of, m)
  kept.forEach((a, r) => {
    kept.forEach((b, c) => {
      out[known[a] * d + known[b]] = inverse[r * m + c]
    })
  })
  return out
}

const termsText = (suspects: readonly Suspect[]): string =>
  suspects.map(({ laid }) => termText(laid.term)).join(' and ')

/** What a reader should know, and do. */
function saysOf({ nobs }: Model, of: string, suspects: readonly Suspect[], ends: Int8Array, all: boolean): string {
  const unanimous = suspects.map(({ laid: { term } }) => {
    const seen = new Map<number, Set<number>>()
    for (let i = 0; i < nobs; i++) {
      if (ends[i] === 2) continue
      const own = seen.get(term.index[i]) ?? new Set()
      seen.set(term.index[i], own.add(ends[i]))
    }
    return [...seen.values()].every((own) => own.size === 1)
      ? `each of the ${seen.size} levels of ${term.group} is unanimous`
      : null
  })
  const reported = unanimous.filter((one) => one !== null)
  const what =
    reported.length > 0
      ? reported.join(', ')
      : `${termsText(suspects)}${all ? ' and the fixed effects' : ''} predict ${all ? 'every response' : 'the responses they touch'} without error`
  const many = suspects.length > 1
  return (
    `${what}, so that no finite maximum could be established for the standard deviation${many ? 's' : ''} of ${termsText(suspects)}${of}, ` +
    `which run${many ? '' : 's'} to infinity; give ${many ? 'them' : 'it'} a prior (glmm sample), or leave ${many ? 'one' : 'the term'} out; the log-likelihood and the other numbers are those where the climb stopped`
  )
}
