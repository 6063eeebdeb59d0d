import { betaTail, normalTwoSided } from '../../numerics/special.js'
import type { Look, Tested } from './look.js'
import { type Across, type Plan, short } from './planned-test.js'

/** Rows further out than this are counted: what one replicate in a hundred is beyond. */
const share = 0.01
const limit = 2.5758293035489004

/** How many rows are far out, and how far the farthest is. `rowOf` names a row as the data have it. */
export function outliers({ model }: Tested, data: Look, rowOf: (i: number) => number): Plan[] {
  const n = model.nobs
  const count = beyond(data.z)
  const worst = farthest(data.z)
  const z = data.z[worst]
  return [
    {
      key: 'outliers',
      tail: 'upper',
      statistic: (look) => beyond(look.z),
      // P(X >= count) of a binomial.
      screen: () => (count === 0 ? 1 : betaTail(share, count, n - count + 1, false)),
      fires: 0.2,
      across: () => beyondAll(n),
      tell: (questionable, among) => {
        const own = among ? among[0] : count
        const expected = short(among ? (2 * n) / among.length : share * n)
        const where = among ? `beyond all ${among.length - 1} replicates` : 'outside the middle 99 % of their distributions'
        return {
        statistic: own,
        effect: questionable ? `${own} rows lie ${where}, where ${expected} would` : null,
        says: `${own} of ${n} rows lie ${where}, where ${expected} are expected`,
        remedy: questionable ? 'look at these rows; a family with heavier tails or more dispersion may suit' : null,
      }},
    },
    {
      key: 'extreme',
      tail: 'upper',
      statistic: (look) => Math.abs(look.z[farthest(look.z)]),
      screen: () => -Math.expm1(n * Math.log1p(-Math.min(normalTwoSided(z), 1 - 1e-16))),
      fires: 0.2,
      tell: (questionable) => ({
        statistic: Math.abs(z),
        effect: questionable ? `row ${rowOf(worst) + 1} is ${short(Math.abs(z))} standard deviations out` : null,
        says: `the largest quantile residual is ${short(Math.abs(z))}, of row ${rowOf(worst) + 1}`,
        remedy: questionable ? 'look at that row: is it in error?' : null,
      }),
    },
  ]
}

/** For each look the number of rows in which it is the largest or the smallest of all: 2n over the looks on average. */
function beyondAll(n: number): Across {
  const largest = new Float64Array(n).fill(Number.NEGATIVE_INFINITY)
  const smallest = new Float64Array(n).fill(Number.POSITIVE_INFINITY)
  const [above, below] = [new Int32Array(n), new Int32Array(n)]
  let looks = 0
  return {
    add: ({ z }) => {
      for (let i = 0; i < n; i++) {
        if (z[i] > largest[i]) {
          largest[i] = z[i]
          above[i] = looks
        }
        if (z[i] < smallest[i]) {
          smallest[i] = z[i]
          below[i] = looks
        }
      }
      looks++
    },
    statistics: () => {
      const counts = new Array<number>(looks).fill(0)
      for (let i = 0; i < n; i++) {
        counts[above[i]]++
        counts[below[i]]++
      }
      return counts
    },
  }
}

const beyond = (z: Float64Array): number => z.reduce((count, one) => count + (Math.abs(one) > limit ? 1 : 0), 0)

function farthest(z: Float64Array): number {
  let at = 0
  for (let i = 1; i < z.length; i++) if (Math.abs(z[i]) > Math.abs(z[at])) at = i
  return at
}
