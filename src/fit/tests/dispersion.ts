import { meanOf } from '../../data/roles.js'
import type { Family } from '../../families/family.js'
import { densitySize } from '../../families/row-density.js'
import { chiSquareUpper } from '../../numerics/special.js'
import type { Look, Tested } from './look.js'
import { type Plan, seenFrom, short, untested } from './planned-test.js'

/**
 * Pearson's chi-square over n less the parameters spent, random effects by their share (effective degrees of freedom).
 * Without replicates it is compared with a scaled chi-square with its mean n - edf and the variance sum(2 + kappa_4) of
 * the squares less their regression on the score. That it takes the effects as known at their modes makes it
 * conservative; replicates do not.
 */
export function dispersion(tested: Tested, data: Look): Plan {
  const key = 'dispersion'
  const {
    stated: { model, family },
    spent,
  } = tested
  const { nobs: n, response } = model
  const free = family.further.find(({ role }) => role === 'scale')
  if (free) return untested(key, `${free.reports} is estimated, which leaves the dispersion nothing to be tested by`)
  if (response.trials?.every((trials) => trials <= 1))
    return untested(key, '0/1 rows carry no information on dispersion')
  const own = meanOf(model).random.find(({ levels }) => levels.length === n)
  if (own)
    return untested(key, `the effect of each row (${own.group}) is a dispersion of its own: estimated, not tested`)
  if (Number.isNaN(data.chiSquare)) return untested(key, `the ${family.name} family has no variance to compare with`)
  const df = n - spent
  if (!(df >= 1)) return untested(key, 'the model spends as many parameters as there are rows')
  const ratio = data.chiSquare / df
  const variance = chiSquareVariance(tested, data)
  const screen =
    variance > 0 ? () => chiSquareUpper((data.chiSquare * 2 * df) / variance, (2 * df * df) / variance) : null
  const what = response.trials ? 'proportions' : family.response === 'count' ? 'counts' : 'responses'
  const least = 1 + (seenFrom * Math.sqrt(Math.max(0, variance))) / df
  return {
    key,
    tail: 'upper',
    statistic: (look) => look.chiSquare / df,
    screen,
    slack: 2,
    tell: (questionable) => ({
      statistic: ratio,
      effect: questionable
        ? `${what} vary ${short(ratio)} times more than ${family.overdispersed?.than ?? family.name}`
        : null,
      says: `Pearson's chi-square is ${short(ratio)} times its ${short(df, 3)} degrees of freedom`,
      ...(!questionable &&
        least > 1 && {
          unseen: `${what} that vary less than ${short(least)} times ${family.overdispersed?.than ?? family.name}`,
        }),
      remedy: questionable && family.overdispersed ? `try --family ${family.overdispersed.family}` : null,
    }),
  }
}

/** Rows whose moments are summed from their densities where there is no closed form. */
const summedRows = 500

/** Variance of Pearson's chi-square given the effects, less what its regression on the score takes away. */
function chiSquareVariance({ stated: { model, family, links }, modes }: Tested, { mode }: Look): number {
  const { rows, response } = mode
  const n = model.nobs
  const [{ slope }] = links
  const moments = family.higherMoments ?? null
  const every = moments ? 1 : Math.max(1, Math.ceil(n / summedRows))
  const common = new Float64Array(n)
  let [sum, looked] = [0, 0]
  for (let i = 0; i < n; i += every) {
    const natural = links.map(({ inverse }, k) => inverse(rows.eta[k][i]))
    const trials = response.trials ? response.trials[i] : 1
    const sd = Math.sqrt(family.varianceOfResponse(natural, family.weight(response, i)))
    const [skewness, kurtosis] = moments
      ? moments(natural, trials)
      : summedMoments(family, model.link, rows.eta, i, natural, sd)
    if (!Number.isFinite(kurtosis)) continue
    looked++
    sum += 2 + kurtosis
    if (moments) common[i] = (skewness * slope(rows.eta[0][i])) / sd
  }
  const total = looked > 0 ? (sum * n) / looked : Number.NaN
  return moments ? total - modes.explained(common) : total
}

/** Skewness and excess kurtosis of a row of counts, summed from its density. */
function summedMoments(
  family: Family,
  link: string,
  eta: readonly Float64Array[],
  row: number,
  natural: readonly number[],
  sd: number,
): readonly [number, number] {
  const mean = family.meanOfResponse(natural)
  const length = Math.ceil(mean + 12 * sd + 12)
  if (!(length < 2000)) return [0, 0]
  const density = family.density(link, { y: Float64Array.from({ length }, (_, y) => y), trials: null })
  const at = Float64Array.from(eta, (predictor) => predictor[row])
  const out = new Float64Array(densitySize(density.predictors))
  let [third, fourth] = [0, 0]
  for (let y = family.least ?? 0; y < length; y++) {
    density.at(y, at, out)
    const z = (y - mean) / sd
    third += Math.exp(out[0]) * z ** 3
    fourth += Math.exp(out[0]) * z ** 4
  }
  return [third, fourth - 3]
}
