import { isDiscrete, tailOf } from '../../families/tail-of.js'
import type { JointMode, JointModes } from '../../likelihood/sparse/joint-mode.js'
import { type RowModel, rowModel } from '../../likelihood/frame/row-model.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import { normalQuantile } from '../../numerics/special.js'
import { type Rng, stream } from '../../random/stream.js'

/** A model whose rows are looked at, and what every look at them shares. */
export interface Tested {
  readonly stated: Stated
  /** Outer parameters. */
  readonly x: Float64Array
  readonly modes: JointModes
  /** Parameters that the fit has spent on the mean, random effects by their share. */
  readonly spent: number
  /** The same rows with a response of zero, where the family has counts; null elsewhere. */
  readonly zeros: RowModel | null
  /** The fit is by restricted maximum likelihood. */
  readonly restricted: boolean
}

/** One response, the data's or a replicate's, seen from the mode of the effects that belongs to it. */
export interface Look {
  readonly mode: JointMode
  /** Pearson's chi-square of the rows given the effects. */
  readonly chiSquare: number
  /** Randomised quantile residuals, standard normal where the model holds and the effects are known. */
  readonly z: Float64Array
  /** The same drawn several times where responses are whole numbers, so that the result depends little on the draws; z is the first. */
  readonly draws: readonly Float64Array[]
  /** Rows of a response of zero, and how many the model expects given the effects. */
  readonly zeros: { readonly seen: number; readonly expected: number }
}

/** Inverse links of all predictors: natural parameters of a row from its linear predictors. */
function naturalOf({ links }: Stated): (rows: RowModel, i: number, out: number[]) => void {
  const inverses = links.map(({ inverse }) => inverse)
  return ({ eta }, i, out) => {
    for (let k = 0; k < inverses.length; k++) out[k] = inverses[k](eta[k][i])
  }
}

/** The look at a mode; its parts are computed where they are asked for, and before the next mode is searched. */
export function lookAt(tested: Tested, mode: JointMode, seed: number, replicate: number): Look {
  const once = <Value>(make: () => Value): (() => Value) => {
    let made: { readonly value: Value } | null = null
    return () => {
      made ??= { value: make() }
      return made.value
    }
  }
  const chiSquare = once(() => pearson(tested, mode))
  const draws = once(() => quantiles(tested, mode, stream({ seed, replicate, chain: 1, purpose: 'tests' })))
  const zeros = once(() => zeroCounts(tested, mode))
  return {
    mode,
    get chiSquare() {
      return chiSquare()
    },
    get z() {
      return draws()[0]
    },
    get draws() {
      return draws()
    },
    get zeros() {
      return zeros()
    },
  }
}

function pearson(tested: Tested, { rows, response }: JointMode): number {
  const { family } = tested.stated
  const natural = naturalOf(tested.stated)
  const at: number[] = []
  let sum = 0
  for (let i = 0; i < rows.logDensity.length; i++) {
    natural(rows, i, at)
    const difference = family.observed(response, i) - family.meanOfResponse(at)
    // A row that is as its mean adds nothing, even where its variance has rounded to zero.
    if (difference !== 0) sum += difference ** 2 / family.varianceOfResponse(at, family.weight(response, i))
  }
  return sum
}

/** Densities that the residuals of a look may be summed from, and of one of many replicates. */
const mostSummed = { screened: 2e4, replicated: 1e5 }

/** Why there are no quantile residuals; null where there are. */
export function noResiduals({ stated: { family, model } }: Tested, always: boolean): string | null {
  if (family.tail) return null
  if (!isDiscrete(family)) return `the ${family.name} family has no distribution function`
  const terms = model.response.y.reduce((sum, y) => sum + y + 1, 0)
  if (terms <= (always ? mostSummed.replicated : mostSummed.screened)) return null
  return `the distribution function of the ${family.name} family is a sum of too many terms for such large counts`
}

/** As `rowQuantiles`, with one tail a row: the other side of a whole number differs by its density. */
function quantiles(tested: Tested, { rows, response }: JointMode, rng: Rng): Float64Array[] {
  const { family } = tested.stated
  const tail = tailOf(family)
  const discrete = isDiscrete(family)
  const natural = naturalOf(tested.stated)
  const at: number[] = []
  const out = Array.from({ length: discrete ? randomised : 1 }, () => new Float64Array(response.y.length))
  response.y.forEach((y, i) => {
    natural(rows, i, at)
    const trials = response.trials ? response.trials[i] : 1
    const upper = family.observed(response, i) > family.meanOfResponse(at)
    const p = tail(y, at, trials, upper)
    const own = discrete ? (upper ? 1 : -1) * Math.exp(rows.logDensity[i]) : 0
    for (const draw of out) {
      const drawn = discrete ? p + own * rng.uniform() : p
      const z = normalQuantile(Math.max(Number.MIN_VALUE, Math.min(1 - Number.EPSILON / 2, drawn)))
      draw[i] = upper ? -z : z
    }
  })
  return out
}

/** How often residuals of whole numbers are drawn. */
const randomised = 5

/** Mean of a statistic over the draws. */
export const overDraws = ({ draws }: Look, of: (z: Float64Array) => number): number =>
  draws.reduce((sum, z) => sum + of(z), 0) / draws.length

function zeroCounts({ zeros }: Tested, { rows, response }: JointMode): Look['zeros'] {
  if (!zeros) return { seen: 0, expected: 0 }
  const n = response.y.length
  rows.eta.forEach((eta, k) => {
    zeros.eta[k].set(eta)
  })
  zeros.evaluate(0, n)
  let [seen, expected] = [0, 0]
  for (let i = 0; i < n; i++) {
    if (response.y[i] === 0) seen++
    expected += Math.exp(zeros.logDensity[i])
  }
  return { seen, expected }
}

/** The rows of a model with a response of zero; null for a family that has none. */
export function zeroRows(stated: Stated): RowModel | null {
  const { model, family } = stated
  if (!isDiscrete(family) || (family.least ?? 0) > 0) return null
  return rowModel(stated, { ...model.response, y: new Float64Array(model.nobs) })
}
