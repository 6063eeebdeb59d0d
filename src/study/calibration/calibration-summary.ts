import { chiSquareUpper } from '../../numerics/special.js'
import type { CalibrationFacts } from './calibration-plan.js'
import type { Measure, StudyOutline, Summary } from '../spec/study-plan.js'
import { type UniformBand, uniformBand, uniformityP } from './uniform-band.js'

/** Probability of the simultaneous band. */
export const bandProbability = 0.95
/** Points at which ranks are counted, at most. */
const mostPoints = 50
/** Expected ranks a bin of the chi-square test, at least, and bins at most. */
const perBin = 5
const mostBins = 20

/** Sums up calibration: ranks of each quantity under each sampler against uniform ones. */
export function calibrationSummary({ conditions, facts }: StudyOutline): Summary {
  const { samplers, draws, quantities } = facts as unknown as CalibrationFacts
  const counts = conditions.map(() => quantities.map(() => new Int32Array(draws + 1)))
  const failed = conditions.map(() => 0)
  const bands = new Map<number, UniformBand>()
  const measures = (): Measure[] =>
    conditions.flatMap((_, condition) =>
      quantities.map((parameter, j) => ({
        condition,
        sampler: samplers[condition],
        parameter,
        ...uniformity(counts[condition][j], bands),
      })),
    )
  return {
    add: ({ condition, ok, values }) => {
      if (!ok) failed[condition]++
      else quantities.forEach((_, j) => Number.isFinite(values[j]) && counts[condition][j][values[j]]++)
    },
    measures,
    findings: () => samplers.map((name, condition) => finding(name, measures(), condition, failed[condition])),
  }
}

/** Numbers of ranks below each of the points at which a band is given: equal steps of the ranks 0 ... L. */
export function countsBelow(counts: ArrayLike<number>): Int32Array {
  const ranks = counts.length
  // The most points whose steps are whole ranks.
  let bins = Math.min(ranks, mostPoints)
  while (ranks % bins !== 0) bins--
  const width = ranks / bins
  const below = new Int32Array(bins - 1)
  for (let i = 0, sum = 0; i < bins - 1; i++) {
    for (let r = i * width; r < (i + 1) * width; r++) sum += counts[r]
    below[i] = sum
  }
  return below
}

function uniformity(counts: Int32Array, bands: Map<number, UniformBand>): Omit<Measure, 'condition' | 'parameter'> {
  const n = counts.reduce((a, b) => a + b, 0)
  const none = { n, meanRank: null, meanRankMcse: null, p: null, chiSquareP: null, inside: '' }
  if (n === 0) return none
  const ranks = counts.length
  // Ranks scaled to have mean 1/2, and the error that uniform ones have.
  const mean = counts.reduce((sum, count, r) => sum + count * (r + 0.5), 0) / (n * ranks)
  const below = countsBelow(counts)
  const band = bands.get(n) ?? uniformBand(n, below.length, bandProbability)
  bands.set(n, band)
  const inside = below.every((count, i) => count >= band.lower[i] && count <= band.upper[i])
  return {
    n,
    meanRank: mean,
    meanRankMcse: Math.sqrt((1 - 1 / (ranks * ranks)) / 12 / n),
    p: uniformityP(below, n),
    chiSquareP: chiSquareP(counts, n),
    inside: inside ? 'yes' : 'no',
  }
}

/** Pearson's chi-square test of equal shares of ranks, in as many bins as the replicates fill. */
function chiSquareP(counts: Int32Array, n: number): number | null {
  let bins = Math.min(mostBins, Math.floor(n / perBin), counts.length)
  while (bins > 1 && counts.length % bins !== 0) bins--
  if (bins < 2) return null
  const width = counts.length / bins
  const expected = n / bins
  let statistic = 0
  for (let b = 0; b < bins; b++) {
    const seen = counts.subarray(b * width, (b + 1) * width).reduce((sum, count) => sum + count, 0)
    statistic += (seen - expected) ** 2 / expected
  }
  return chiSquareUpper(statistic, bins - 1)
}

function finding(name: string, all: readonly Measure[], condition: number, failed: number): string {
  const own = all.filter((one) => one.condition === condition && one.p !== null)
  if (own.length === 0) return `${name}: no ranks`
  const out = own.filter(({ inside }) => inside === 'no')
  const lost = failed > 0 ? `; ${failed} replicates failed, which the ranks leave out` : ''
  if (out.length === 0) return `${name}: the ranks of all ${own.length} quantities are inside the 95 % band${lost}`
  const worst = Math.min(...own.map(({ p }) => Number(p)))
  const reported = out.map(({ parameter, p }) => `${parameter} (p = ${digits(Number(p))})`).join(', ')
  // One of so many may leave its band by chance: Bonferroni's bound says when that is no excuse.
  const verdict =
    worst < 0.05 / own.length
      ? 'it does not draw from the posterior, or not independently enough'
      : `of ${own.length} quantities that may be chance; more replicates will show`
  return `${name}: outside the 95 % band: ${reported}: ${verdict}${lost}`
}

const digits = (p: number): string => (p < 1e-4 ? '0.0001 or less' : String(Number(p.toPrecision(2))))
