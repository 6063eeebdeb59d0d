import { chiSquareUpper } from '../../numerics/special.js'
import type { Look, Tested } from './look.js'
import { type Plan, short, untested } from './planned-test.js'

/**
 * Do the residuals vary alike at all fitted values? n R^2 of the regression of squared quantile residuals on the fitted
 * values (Koenker 1981), chi-square with one degree of freedom.
 */
export function spread({ model, family }: Tested, data: Look): Plan {
  const key = 'spread'
  const n = model.nobs
  if (model.response.trials?.every((trials) => trials <= 1))
    return untested(key, '0/1 rows carry no information on their spread')
  const [eta] = data.mode.rows.eta
  if (eta.every((value) => value === eta[0])) return untested(key, 'the fitted values are the same in every row')
  const { statistic, ratio } = koenker(data)
  const free = family.further.some(({ name }) => name === 'dispersion')
  return {
    key,
    general: !free,
    tail: 'upper',
    statistic: (look) => koenker(look).statistic,
    screen: () => chiSquareUpper(statistic, 1),
    slack: 1.5,
    tell: (questionable) => ({
      statistic,
      effect: questionable
        ? `residuals vary ${short(ratio > 1 ? ratio : 1 / ratio)} times as much where fitted values are ${ratio > 1 ? 'large' : 'small'} as where they are ${ratio > 1 ? 'small' : 'large'}`
        : null,
      says: `spread of the residuals against the fitted values: chi-square ${short(statistic, 3)} on 1 df, ${n} rows`,
      remedy: questionable && free ? 'try --dispersion "~ ..." with the covariates that move the fitted values' : null,
    }),
  }
}

/** The statistic, and the variance one standard deviation above the mean of the fitted values over that below. */
function koenker({ z, mode }: Look): { statistic: number; ratio: number } {
  const [eta] = mode.rows.eta
  const n = z.length
  const squares = z.map((one) => one * one)
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / n
  const [centre, level] = [mean(eta), mean(squares)]
  let [sxx, sxy, syy] = [0, 0, 0]
  for (let i = 0; i < n; i++) {
    sxx += (eta[i] - centre) ** 2
    sxy += (eta[i] - centre) * (squares[i] - level)
    syy += (squares[i] - level) ** 2
  }
  const rise = sxy / Math.sqrt(sxx * n)
  return {
    statistic: sxx > 0 && syy > 0 ? (n * sxy ** 2) / (sxx * syy) : 0,
    ratio: (level + rise) / Math.max(level - rise, 1e-3 * level),
  }
}
