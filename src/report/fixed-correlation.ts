import { type Block, paragraph, table } from './document.js'
import { formatFixed } from './format-number.js'

/** Coefficients above which the matrix is too wide to read. */
const MOST = 12

/** Correlations of the estimated fixed effects, lower triangle; nothing for a single coefficient. */
export function fixedCorrelation(names: readonly string[], covariance: readonly (readonly number[])[]): Block | null {
  const p = names.length
  if (p < 2 || covariance.length !== p) return null
  if (p > MOST) return paragraph(`Not shown for ${p} coefficients; --json has their covariance matrix.`)
  const rows = names
    .slice(1)
    .map((name, i) => [
      name,
      ...names
        .slice(0, -1)
        .map((_, j) =>
          j <= i ? formatFixed(covariance[i + 1][j] / Math.sqrt(covariance[i + 1][i + 1] * covariance[j][j]), 3) : '',
        ),
    ])
  return table(['<', ...names.slice(0, -1)], rows)
}
