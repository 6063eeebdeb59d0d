import type { Chain } from '../../covariance/covariance.js'
import type { RandomTerm } from '../../data/model.js'
import type { LaidTerm, ParameterLayout } from './parameter-layout.js'

/**
 * A term whose columns form a chain f_1, f_2, ... f_q with Corr(f_s, f_t) = rho^|s - t|, one unit standard deviation
 * for all. Given its neighbours an element depends on no other, so that the inverse of the correlation matrix is
 * tridiagonal, where a spherical form would spread each row over all elements before its own.
 */
export interface ChainTerm {
  readonly laid: LaidTerm
  readonly chain: Chain
  /** The columns that each row meets, `width` a row: n x width, those beyond a row's own with a z of 0. */
  readonly width: number
  readonly columns: Int32Array
  /** Z in those columns, n x width. */
  readonly z: Float64Array
}

/** From so many columns on a chain is worth it; fewer stay spherical, which is regular at every correlation. */
const fewest = 16
/** A row that meets more columns than this belongs to no chain over time. */
const mostWidth = 3

/** The terms of a layout that are integrated as chains, by their position; undefined for the others. */
export const chainTerms = ({ terms }: ParameterLayout): readonly (ChainTerm | undefined)[] => terms.map(chainTerm)

function chainTerm(laid: LaidTerm): ChainTerm | undefined {
  const { term, covariance, predictor, predictorOf } = laid
  const { chain } = covariance
  const q = term.names.length
  if (!chain || q < fewest || predictorOf.some((other) => other !== predictor)) return undefined
  const width = widest(term)
  return width <= mostWidth ? { laid, chain, width, ...sparseColumns(term, width) } : undefined
}

/** The most columns of Z that are not zero in a row. */
function widest({ z, names, index }: RandomTerm): number {
  const n = index.length
  const count = new Int32Array(n)
  for (let column = 0, at = 0; column < names.length; column++) {
    for (let i = 0; i < n; i++, at++) if (z[at] !== 0) count[i]++
  }
  return count.reduce((most, one) => Math.max(most, one), 1)
}

function sparseColumns({ z, names, index }: RandomTerm, width: number): Pick<ChainTerm, 'columns' | 'z'> {
  const n = index.length
  const columns = new Int32Array(n * width)
  const values = new Float64Array(n * width)
  const count = new Int32Array(n)
  for (let column = 0, at = 0; column < names.length; column++) {
    for (let i = 0; i < n; i++, at++) {
      if (z[at] === 0) continue
      const place = i * width + count[i]++
      columns[place] = column
      values[place] = z[at]
    }
  }
  // Slots that a row does not need repeat a column of its own, so that they add nothing to the pattern.
  for (let i = 0; i < n; i++)
    for (let w = Math.max(1, count[i]); w < width; w++) columns[i * width + w] = columns[i * width]
  return { columns, z: values }
}
