import { GlmmError, type Warning } from '../../errors.js'
import { nodeText } from '../../formula/formula-text.js'
import { parseFormula } from '../../formula/parse-formula.js'
import { chiSquareUpper } from '../../numerics/special.js'
import { version } from '../../version.js'
import { nesting } from './compare-nesting.js'
import { runningWarning } from '../record/running-names.js'
import type { ComparableFit, ComparedModel, CompareRecord, LikelihoodRatioTest } from './compare-record.js'

interface Named {
  readonly name: string
  readonly fit: ComparableFit
}

/**
 * Compares fits of one response: information criteria, and the likelihood-ratio test of each model against the one
 * before it in degrees of freedom.
 *
 * @param fits - Two or more, of `fit` or read from its JSON.
 * @param names - What the models are called, 'model 1' and so on unless given.
 * @returns The models from the fewest degrees of freedom to the most.
 * @throws GlmmError USAGE where their likelihoods are of different data or are not on one scale.
 * @example
 * import { compare, fit, tableFrom } from 'glmm/core'
 * const table = tableFrom({ y: [4, 6, 5, 9, 11, 8], x: [0, 0, 0, 1, 1, 1] })
 * const fits = ['y ~ 1', 'y ~ x'].map((formula) => fit(formula, table, { family: 'poisson' }))
 * const [, { test }] = compare(fits).models
 * // Twice the difference of 15 log 5 + 28 log (28 / 3) and 43 log (43 / 6).
 * console.log(test.chiSquare.toFixed(4), test.dfDifference) // 3.9924 1
 */
export function compare(fits: readonly ComparableFit[], names: readonly string[] = []): CompareRecord {
  if (fits.length < 2) {
    throw new GlmmError('USAGE', `expected two fits or more to compare, got ${fits.length}`, 'give the others too')
  }
  const ordered = fits.map((fit, i): Named => ({ name: names[i] ?? `model ${i + 1}`, fit }))
  ordered.sort((a, b) => a.fit.df - b.fit.df)
  for (const other of ordered.slice(1)) checkComparable(ordered[0], other)
  const aics = ordered.map(({ fit }) => aicOf(fit))
  const least = Math.min(...aics)
  const shares = aics.map((aic) => Math.exp((least - aic) / 2))
  const total = shares.reduce((sum, share) => sum + share, 0)
  return {
    schema: 'glmm/compare@1',
    version,
    call: { command: 'compare', fits: fits.map((_, i) => names[i] ?? `model ${i + 1}`) },
    warnings: warningsOf(ordered),
    nobs: ordered[0].fit.nobs,
    models: ordered.map(({ name, fit }, i): ComparedModel => {
      const { formula, family, link, method, nodes, df, logLik, bic } = fit
      return {
        name,
        formula,
        family,
        link,
        method,
        nodes,
        df,
        logLik,
        deviance: -2 * logLik,
        aic: aics[i],
        bic,
        deltaAic: aics[i] - least,
        weight: shares[i] / total,
        test: i === 0 ? null : likelihoodRatio(ordered[i - 1], ordered[i]),
      }
    }),
  }
}

const aicOf = ({ logLik, df }: ComparableFit): number => -2 * logLik + 2 * df

/** Refuses a pair whose log-likelihoods are not comparable. */
function checkComparable(a: Named, b: Named): void {
  const refuse = (what: string, x: string | number, y: string | number, hint: string): never => {
    throw new GlmmError('USAGE', `expected fits ${what}, got ${x} in ${a.name} and ${y} in ${b.name}`, hint)
  }
  const sameRows =
    'fit both to one table without the rows in which a column of either is missing: likelihoods of other data do not compare'
  for (const { name, fit } of [a, b]) {
    if (Number.isFinite(fit.logLik)) continue
    const message = `expected a log-likelihood that is a number, got none in ${name}`
    throw new GlmmError('USAGE', message, 'leave that fit out')
  }
  if (a.fit.nobs !== b.fit.nobs) refuse('of the same rows', `${a.fit.nobs} rows`, `${b.fit.nobs}`, sameRows)
  if (a.fit.responseChecksum !== null && b.fit.responseChecksum !== null) {
    if (a.fit.responseChecksum !== b.fit.responseChecksum) {
      refuse('of the same response', `${responseOf(a)}`, `${responseOf(b)} with other values`, sameRows)
    }
  } else {
    if (responseOf(a) !== responseOf(b)) refuse('of the same response', responseOf(a), responseOf(b), sameRows)
    const [x, y] = [a, b].map(({ fit }) => (typeof fit.call.data === 'string' ? fit.call.data : null))
    if (x !== null && y !== null && x !== y) refuse('of the same table', x, y, sameRows)
  }
  if ((a.fit.method === 'reml') !== (b.fit.method === 'reml')) {
    refuse('by one method', a.fit.method, b.fit.method, 'fit all of them without --reml')
  }
  if (a.fit.method !== 'reml') return
  const [x, y] = [a, b].map(({ fit }) =>
    fit.fixed
      .map(({ name }) => name)
      .sort()
      .join(', '),
  )
  const hint = 'fit all of them without --reml: restricted likelihoods of other fixed effects do not compare'
  if (x !== y) refuse('with the same fixed effects under --reml', x, y, hint)
}

/** Text of the left-hand side. */
function responseOf({ fit }: Named): string {
  try {
    const { left } = parseFormula(fit.formula)
    return left === null ? '' : nodeText(left)
  } catch {
    return fit.formula
  }
}

function warningsOf(ordered: readonly Named[]): Warning[] {
  const warnings: Warning[] = []
  for (const { name, fit } of ordered) {
    if (!fit.convergence.converged) {
      warnings.push({ code: 'NO_CONVERGENCE', message: `${name} did not converge: its log-likelihood is too low` })
    }
    const consequence =
      'its log-likelihood is that of the limit, and a chi-square distribution of its tests is not assured'
    warnings.push(...runningWarning(fit, name, consequence))
    if (fit.certificate?.verdict === 'inadequate') {
      const message = `${name} has an inadequate approximation of its log-likelihood; fit it with --nodes auto`
      warnings.push({ code: 'INTEGRATION', message })
    }
  }
  const nodes = [...new Set(ordered.map(({ fit }) => fit.nodes?.toString()).filter((count) => count !== undefined))]
  if (nodes.length > 1) {
    const message = `the fits have ${nodes.join(', ')} nodes: part of the differences is integration error; fit all with the same`
    warnings.push({ code: 'NODES', message })
  }
  ordered.slice(1).forEach((large, i) => {
    const small = ordered[i]
    const { obstacle } = nesting(small.fit, large.fit)
    if (obstacle !== null) {
      const message = `no test of ${large.name} against ${small.name}: ${obstacle}; compare them by AIC`
      warnings.push({ code: 'NOT_NESTED', message })
    } else if (small.fit.logLik - large.fit.logLik > rounding(large.fit)) {
      const message = `${large.name} holds ${small.name} and has the lower log-likelihood: it is not at its maximum`
      warnings.push({ code: 'LOWER', message })
    }
  })
  return warnings
}

/** Differences of log-likelihoods below this are rounding: a fit ends within 1e-7 of its maximum. */
const rounding = ({ logLik }: ComparableFit): number => 1e-7 * (1 + Math.abs(logLik))

function likelihoodRatio(small: Named, large: Named): LikelihoodRatioTest {
  const { obstacle, variances } = nesting(small.fit, large.fit)
  const chiSquare = 2 * (large.fit.logLik - small.fit.logLik)
  const dfDifference = large.fit.df - small.fit.df
  const nested = obstacle === null
  // What is zero to rounding is zero: a chi-square with no degrees of freedom has all of its mass there.
  const x = chiSquare <= 2 * rounding(large.fit) ? 0 : chiSquare
  const one = nested && variances.length === 1
  return {
    against: small.name,
    nested,
    chiSquare,
    dfDifference,
    p: nested ? chiSquareUpper(x, dfDifference) : null,
    variances: nested ? variances : [],
    boundaryP: one ? 0.5 * (chiSquareUpper(x, dfDifference - 1) + chiSquareUpper(x, dfDifference)) : null,
    notes: nested ? notesOf(variances, dfDifference, small) : [`not known to be nested: ${obstacle}`],
  }
}

function notesOf(variances: readonly string[], dfDifference: number, small: Named): string[] {
  if (variances.length === 0) return []
  if (variances.length > 1) {
    return [
      `the variances of ${variances.join(', ')} are zero in ${small.name}, on the boundary of what they can be: the ` +
        'plain p-value is too large, and no simple mixture of chi-squares replaces it',
    ]
  }
  const notes = [
    `the variance of ${variances[0]} is zero in ${small.name}, on the boundary of what it can be: the plain p-value is ` +
      `too large; the boundary p-value is that of an equal mixture of chi-squares with ${dfDifference - 1} and ` +
      `${dfDifference} degrees of freedom (Self and Liang 1987; Stram and Lee 1994)`,
  ]
  if (small.fit.convergence.singular) {
    notes.push(`${small.name} has a variance of zero itself, with which the mixture does not reckon`)
  }
  return notes
}
