import { furtherOf } from '../../data/roles.js'
import { GlmmError } from '../../errors.js'
import type { JointMode } from '../../likelihood/sparse/joint-mode.js'
import { simulateRows } from '../../likelihood/frame/simulate.js'
import { betaTail } from '../../numerics/special.js'
import { stream } from '../../random/stream.js'
import { furtherMaximum } from './further-again.js'
import { type Look, lookAt, type Tested } from './look.js'
import type { AcrossResult, PlannedTest } from './planned-test.js'

/** The replicates of a test: its statistic in each, and the p-value of the data's among them. */
export interface Ranked {
  readonly p: number
  /** The data's statistic, then each replicate's. */
  readonly statistics: readonly number[]
  readonly across: AcrossResult | null
  /** The p-value is that of a normal distribution fitted to the replicates, beyond all of which the data's lies. */
  readonly fitted: boolean
}

export interface ReplicatePlan {
  readonly seed: number
  /** Tests that p-values are to be corrected for. */
  readonly tests: number
  /** Rows times replicates that may be drawn. */
  readonly budget: number
  readonly level: number
}

const first = 99
const most = 1999

/**
 * Ranks the data among replicates of the model with new random effects, whose modes and fixed effects are found again at
 * the fitted theta ("re-moded"); further predictors move as their maximum given the modes moves. p = (r + 1) / (B + 1). From 99 on
 * replicates are added, as far as the budget goes, where a test could be decided against the model with more of them. Where the
 * budget ends before, a statistic beyond all replicates is compared with a normal distribution fitted to them.
 * Null where a fifth of the replicates or more had no mode.
 */
export function rankAmongReplicates(
  tested: Tested,
  data: Look,
  tests: readonly PlannedTest[],
  { seed, tests: count, budget, level }: ReplicatePlan,
): ReadonlyMap<string, Ranked> | null {
  const further = furtherOf(tested.stated.model).some(({ fixed }) => fixed.names.length > 0)
  const before = further ? furtherMaximum(tested.stated.model, data.mode.rows) : null
  const statistics = tests.map((test) => [test.statistic(data)])
  const across = tests.map((test) => test.across?.() ?? null)
  for (const one of across) one?.add(data)
  const affordable = Math.max(first, Math.min(most, Math.floor(budget / tested.stated.model.nobs)))
  let [drawn, missed, end] = [0, 0, first]
  for (let replicate = 1; drawn < end; replicate++) {
    const mode = replicateMode(tested, seed, replicate, before)
    if (!mode) {
      if (++missed > 20 && missed > drawn / 4) return null
      continue
    }
    drawn++
    const look = lookAt(tested, mode, seed, replicate)
    tests.forEach((test, t) => {
      across[t]?.add(look)
      statistics[t].push(test.statistic(look))
    })
    if (drawn === first) end = Math.min(affordable, needed())
  }

  /**
   * Replicates with which the tests that stand at the edge now can be decided: few where the data are far beyond all of them, else
   * enough for another seed to come to the same.
   */
  function needed(): number {
    const wanted = tests.map(({ tail }, t) => {
      const { p } = ranked(across[t]?.result() ?? null, statistics[t], tail, false)
      // Two ranks at a time, of which another look may share the best.
      const sides = tail === 'upper' && !across[t] ? 1 : 2
      if (p > (5 * sides) / (first + 1)) return first
      const [own, ...others] = statistics[t]
      const clear = sides * fittedTail(own, others.filter(Number.isFinite), tail) * count < 1e-3 * level
      return Math.ceil(((clear ? 1.5 : 4) * sides * count) / level)
    })
    return Math.min(most, Math.max(first, ...wanted))
  }
  return new Map(
    tests.map(({ key, tail }, t) => {
      const least = (tail === 'upper' ? 1 : 2) / (drawn + 1)
      return [key, ranked(across[t]?.result() ?? null, statistics[t], tail, least * count > level)]
    }),
  )
}

/** The mode of a replicate's effects; null where it cannot be drawn or has none. */
function replicateMode(tested: Tested, seed: number, replicate: number, before: Float64Array | null): JointMode | null {
  const { stated, modes } = tested
  const rng = stream({ seed, replicate, purpose: 'tests' })
  const drawn = modes.draw(rng)
  try {
    const response = simulateRows(stated, modes.predictors(drawn), rng)
    const found = modes.find(response, drawn)
    if (!found || !before) return found
    const after = furtherMaximum(stated.model, found.rows)
    return modes.find(
      response,
      found.u,
      after.map((one, j) => one - before[j]),
    )
  } catch (error) {
    // A mean outside the support of the family: such a replicate has no response.
    if (error instanceof GlmmError) return null
    throw error
  }
}

/** p-value of the first of these among the others; with `fit`, of a normal distribution fitted to those where it is beyond all. */
function ranked(
  across: AcrossResult | null,
  plain: readonly number[],
  tail: PlannedTest['tail'],
  fit: boolean,
): Ranked {
  const statistics = across?.statistics ?? plain
  const [own, ...all] = statistics
  const others = all.filter(Number.isFinite)
  const count = others.length
  let [above, below] = [0, 0]
  for (const one of others) {
    if (one >= own) above++
    if (one <= own) below++
  }
  const sides = tail === 'upper' ? 1 : 2
  const beyond = tail === 'upper' ? above : Math.min(above, below)
  const p = Math.min(1, (sides * (beyond + 1)) / (count + 1))
  if (!fit || beyond > 0) return { p, statistics, across, fitted: false }
  const [value, ...values] = across ? plain : [own, ...others]
  return { p: Math.min(p, sides * fittedTail(value, values, tail)), statistics, across, fitted: true }
}

/** P(T > t) for the next draw from a normal sample (Student's t), of logarithms where all are positive and large ones count. */
function fittedTail(own: number, others: readonly number[], tail: PlannedTest['tail']): number {
  const logarithmic = tail === 'upper' && own > 0 && others.every((one) => one > 0)
  const values = logarithmic ? others.map(Math.log) : others
  const n = values.length
  const mean = values.reduce((sum, one) => sum + one, 0) / n
  const variance = values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (n - 1)
  const t = ((logarithmic ? Math.log(own) : own) - mean) / Math.sqrt(variance * (1 + 1 / n))
  return variance > 0 ? 0.5 * betaTail((n - 1) / (n - 1 + t * t), (n - 1) / 2, 0.5, false) : 0
}
