import { normalTwoSided } from '../../numerics/special.js'
import { type Look, overDraws, type Tested } from './look.js'
import { type Across, type Plan, short } from './planned-test.js'
import { tryFamily } from './try-family.js'

/**
 * How far the farthest row is out, and how many rows lie beyond all replicates: each look is ranked in both among all looks, and
 * the better of its ranks compared. `rowOf` is the row of the data that a tested one comes from.
 */
export function outliers(tested: Tested, data: Look, rowOf: (i: number) => number): Plan {
  const { model, family } = tested.stated
  const n = model.nobs
  const worst = farthest(data.z)
  const size = sizeOf(data)
  return {
    key: 'outliers',
    tail: 'upper',
    general: true,
    statistic: sizeOf,
    // The largest of n independent ones.
    screen: () => -Math.expm1(n * Math.log1p(-Math.min(normalTwoSided(size), 1 - Number.EPSILON))),
    slack: 3,
    across: () => farthestOrMost(n),
    tell: (questionable, across) => {
      const beyond =
        across && across.beyond > across.expected
          ? `, and ${across.beyond} rows lie beyond all ${across.replicates} replicates, where ${short(across.expected)} would`
          : ''
      const row = `row ${rowOf(worst) + 1}`
      return {
        statistic: size,
        effect: questionable ? `${row} is ${short(size)} standard deviations out${beyond}` : null,
        says: `the largest quantile residual is ${short(size)}, of ${row}${beyond}`,
        remedy: questionable
          ? `is that row in error?${family.heavier ? ` Else ${tryFamily(tested, family.heavier)}` : ''}`
          : null,
      }
    },
  }
}

function farthestOrMost(n: number): Across {
  const counts = beyondAll(n)
  const sizes: number[] = []
  return {
    add: (look) => {
      counts.add(look)
      sizes.push(sizeOf(look))
    },
    result: () => {
      const numbers = counts.numbers()
      const [bySize, byNumber] = [ranks(sizes), ranks(numbers)]
      return {
        statistics: bySize.map((rank, k) => -Math.min(rank, byNumber[k])),
        beyond: numbers[0],
        replicates: numbers.length - 1,
        expected: (2 * n) / numbers.length,
      }
    },
  }
}

/** How many of all are at least as large as each. */
function ranks(values: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort()
  return values.map((value) => {
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (sorted[middle] < value) low = middle + 1
      else high = middle
    }
    return sorted.length - low
  })
}

/** For each look the number of rows in which it is the largest or the smallest of all: 2n over the looks on average. */
function beyondAll(n: number): { readonly add: (look: Look) => void; readonly numbers: () => number[] } {
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
    numbers: () => {
      const counts = new Array<number>(looks).fill(0)
      for (let i = 0; i < n; i++) {
        counts[above[i]]++
        counts[below[i]]++
      }
      return counts
    },
  }
}

const sizeOf = (look: Look): number => overDraws(look, (z) => Math.abs(z[farthest(z)]))

function farthest(z: Float64Array): number {
  let at = 0
  for (let i = 1; i < z.length; i++) if (Math.abs(z[i]) > Math.abs(z[at])) at = i
  return at
}
