import { readFileSync } from 'node:fs'
import { expect } from 'vitest'

/** What posterior.R writes of one variable. */
export interface ReferenceSummary {
  readonly mean: number
  readonly sd: number
  readonly quantiles: readonly number[]
  readonly rhat: number | null
  readonly essBulk: number | null
  readonly essTail: number | null
  readonly essMean: number | null
  readonly essQuantile: readonly (number | null)[]
  readonly mcseMean: number | null
  readonly mcseSd: number | null
  readonly mcseQuantile: readonly (number | null)[]
}

interface Reference {
  readonly probs: readonly number[]
  readonly full: Readonly<Record<string, ReferenceSummary>>
  readonly single: Readonly<Record<string, ReferenceSummary>>
  readonly odd: Readonly<Record<string, ReferenceSummary>>
  readonly psis: Readonly<
    Record<string, { paretoK: number | null; ess: number; maximum: number; first: readonly number[] }>
  >
  readonly beta: readonly { p: number; a: number; b: number; quantile: number }[]
}

const folder = new URL('./reference/', import.meta.url)

/** Numbers of R's posterior and loo; how they were made stands in reference/posterior.R. */
export const reference = JSON.parse(readFileSync(new URL('posterior.json', folder), 'utf8')) as Reference

/** The draws behind the numbers: four chains of 250 for each variable. */
export const referenceDraws: ReadonlyMap<string, Float64Array[]> = readDraws()

function readDraws(): Map<string, Float64Array[]> {
  const [header, ...rows] = readFileSync(new URL('posterior-draws.csv', folder), 'utf8').trim().split('\n')
  const table = rows.map((row) => row.split(',').map(Number))
  return new Map(
    header
      .split(',')
      .slice(1)
      .map((name, j) => [
        name,
        [1, 2, 3, 4].map((chain) =>
          Float64Array.from(table.filter((row) => row[0] === chain).map((row) => row[j + 1])),
        ),
      ]),
  )
}

/** Equal to a relative error, where R's NA is NaN here. */
export function expectClose(actual: number, expected: number | null, relative: number, what: string): void {
  if (expected === null) expect(actual, what).toBeNaN()
  else
    expect(
      Math.abs(actual - expected) <= relative * Math.abs(expected),
      `${what}: expected ${expected}, got ${actual}`,
    ).toBe(true)
}
