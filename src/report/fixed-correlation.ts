import { type Block, paragraph, table } from './document.js'
import { formatFixed } from './format-number.js'

/** Coefficients above which the matrix is too wide to read. */
const MOST = 12
/** Letters in all column names together that still make one block in a terminal; beyond, numbers head the columns. */
const MOST_LETTERS = 60

/** Correlations of the estimated fixed effects that have a standard error, lower triangle; nothing for a single one. */
export function fixedCorrelation(all: readonly string[], whole: readonly (readonly number[])[]): Block | null {
  if (whole.length !== all.length) return null
  // What has no finite maximum has no correlation either.
  const known = all.map((_, j) => j).filter((j) => whole[j][j] > 0)
  const names = known.map((j) => all[j])
  const covariance = known.map((i) => known.map((j) => whole[i][j]))
  const p = names.length
  if (p < 2) return null
  if (p > MOST) return paragraph(`Not shown for ${p} coefficients; --json has their covariance matrix.`)
  const numbered = names.slice(0, -1).join('').length > MOST_LETTERS
  const label = (name: string, i: number): string => (numbered ? `${i + 1} ${name}` : name)
  const heads = names.slice(0, -1).map((name, j) => (numbered ? String(j + 1) : name))
  const rows = names.map((name, i) => [
    label(name, i),
    ...heads.map((_, j) =>
      j < i ? formatFixed(covariance[i][j] / Math.sqrt(covariance[i][i] * covariance[j][j]), 3) : '',
    ),
  ])
  // The first row is empty; it is needed only to say what number 1 is.
  return table(['<', ...heads], numbered ? rows : rows.slice(1))
}
