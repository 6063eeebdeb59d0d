import { evaluatePolynomial, polynomialRecurrence } from './orthogonal-polynomial.js'

/** The columns by which a factor of k levels stands in a term: k numbers each, with what they add to its name. */
export interface ContrastColumns {
  readonly columns: readonly Float64Array[]
  readonly suffixes: readonly string[]
}

const numbered = (columns: readonly Float64Array[]): ContrastColumns => ({
  columns,
  suffixes: columns.map((_, j) => String(j + 1)),
})

const names = ['.L', '.Q', '.C']

/** R's contrasts by name, for k levels: k - 1 columns. */
const registry: Readonly<Record<string, (k: number, levels: readonly string[]) => ContrastColumns>> = {
  /** A level against the first. */
  treatment: (k, levels) => ({
    columns: Array.from({ length: k - 1 }, (_, j) => Float64Array.from({ length: k }, (_, i) => Number(i === j + 1))),
    suffixes: levels.slice(1),
  }),
  /** A level against the mean of all: the last is minus the sum of the others. */
  sum: (k) =>
    numbered(
      Array.from({ length: k - 1 }, (_, j) =>
        Float64Array.from({ length: k }, (_, i) => (i === k - 1 ? -1 : Number(i === j))),
      ),
    ),
  /** A level against the mean of those before it. */
  helmert: (k) =>
    numbered(
      Array.from({ length: k - 1 }, (_, j) =>
        Float64Array.from({ length: k }, (_, i) => (i <= j ? -1 : i === j + 1 ? j + 1 : 0)),
      ),
    ),
  /** Orthonormal polynomials of the levels' numbers. */
  poly: (k) => {
    const points = Float64Array.from({ length: k }, (_, i) => i + 1)
    const columns = evaluatePolynomial(points, polynomialRecurrence(points, k - 1))
    return { columns, suffixes: columns.map((_, j) => names[j] ?? `^${j + 1}`) }
  },
}

/** Names of the contrasts. */
export const contrastNames: readonly string[] = Object.keys(registry)

/** The name of contrasts as written in R: `sum`, `contr.sum`; null where there are none of that name. */
export function contrastNamed(text: string): string | null {
  const name = text.replace(/^contr\./, '')
  return Object.hasOwn(registry, name) ? name : null
}

/** The columns of contrasts, by their name, for a factor with these levels. */
export const contrastColumns = (name: string, levels: readonly string[]): ContrastColumns =>
  registry[name](levels.length, levels)
