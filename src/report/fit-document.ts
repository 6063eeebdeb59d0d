import type { Convergence, FitRecord, FiveNumbers } from '../fit/record/fit-record.js'
import type { Limits } from '../fit/results/limits.js'
import { coefficientTable, limitNames } from './coefficient-table.js'
import { conditionalModes } from './conditional-modes.js'
import { type Block, type Document, facts, heading, paragraph, type Table, table } from './document.js'
import { fixedCorrelation } from './fixed-correlation.js'
import { formatDuration, formatEstimate, formatFixed, formatScientific, formatShift } from './format-number.js'
import { modelBlocks } from './model-blocks.js'
import { randomTable } from './random-table.js'
import { dataLine, warningBlocks } from './record-lines.js'

/** A fit as people read it: R's summary of a glm, or lme4's summary of a mixed model and more. */
export function fitDocument(fit: FitRecord): Document {
  return fit.method === 'glm' ? glmDocument(fit) : mixedDocument(fit)
}

const quantileBlocks = ({ residuals: { quantile } }: FitRecord): Block[] =>
  quantile ? section('Randomised quantile residuals', quantiles(quantile)) : []

function glmDocument(fit: FitRecord): Document {
  const on = (df: number | null): string => `on ${df ?? 'NA'} degrees of freedom`
  return {
    title: 'Generalized linear model',
    blocks: [
      facts(modelFacts(fit)),
      ...(fit.residuals.deviance ? section('Deviance residuals', quantiles(fit.residuals.deviance)) : []),
      ...quantileBlocks(fit),
      ...section(
        `Coefficients${fit.robust ? testsOf(fit) : ''}${profiled(fit)}`,
        coefficientTable(fit.fixed, fit.aliased, fit.intervals.level),
      ),
      ...dispersionBlocks(fit),
      heading('Fit'),
      facts([
        ['Null deviance', `${formatFixed(fit.nullDeviance, 2)} ${on(fit.dfNull)}`],
        ['Residual deviance', `${formatFixed(fit.residualDeviance, 2)} ${on(fit.dfResidual)}`],
        ['AIC', formatFixed(fit.aic, 2)],
        ['BIC', formatFixed(fit.bic, 2)],
        ['logLik', `${formatFixed(fit.logLik, 7)} (df = ${fit.df})`],
        ['Number of Fisher scoring iterations', String(fit.iterations ?? 'NA')],
        ...(fit.uncertified ? [['Integration error', fit.uncertified] as [string, string]] : []),
      ]),
      ...closing(fit),
    ],
  }
}

function mixedDocument(fit: FitRecord): Document {
  const correlation = fixedCorrelation(
    fit.fixed.map((f) => f.name),
    fit.fixedCovariance,
  )
  return {
    title: `${modelName(fit)} fit by ${methodText(fit)}`,
    blocks: [
      facts(modelFacts(fit)),
      table(
        ['AIC', 'BIC', 'logLik', 'deviance', 'df.resid'],
        [[fixed4(fit.aic), fixed4(fit.bic), formatFixed(fit.logLik, 7), fixed4(fit.deviance), String(fit.dfResidual)]],
      ),
      ...section('Scaled residuals', quantiles(fit.residuals.pearson)),
      ...quantileBlocks(fit),
      ...(fit.random.length > 0 ? section('Random effects', randomTable(fit.random)) : []),
      ...randomLimitBlocks(fit),
      ...dispersionBlocks(fit),
      ...section(
        `Fixed effects${testsOf(fit)}${profiled(fit)}`,
        coefficientTable(fit.fixed, fit.aliased, fit.intervals.level),
      ),
      ...furtherBlocks(fit),
      ...(correlation === null ? [] : section('Correlation of fixed effects', correlation)),
      ...varianceBlocks(fit),
      ...conditionalModes(fit.modes),
      ...certificateBlocks(fit),
      ...importanceBlocks(fit),
      ...rungBlocks(fit.rungs),
      ...closing(fit),
    ],
  }
}

/** Coefficients of further predictors that are more than the one number the dispersion table has. */
const furtherBlocks = (fit: FitRecord): Block[] =>
  fit.further
    .filter(({ fixed }) => fixed.length > 1 || (fixed.length === 1 && fixed[0].name !== '(Intercept)'))
    .flatMap(({ predictor, fixed }) =>
      section(`Fixed effects of ${predictor} (on its link scale)`, coefficientTable(fixed, [], fit.intervals.level)),
    )

const section = (title: string, block: Block): Block[] => [heading(title), block]
const profiled = ({ intervals }: FitRecord): string =>
  intervals.method === 'profile' ? ' (limits by profile likelihood)' : ''

/** By whose degrees of freedom the t statistics are. */
const testsOf = ({ fixed, call, robust }: FitRecord): string => {
  if (robust) return ` (robust standard errors, ${robust.kind}, of ${robust.clusters} clusters of ${robust.cluster})`
  if (!fixed.some(({ statistic }) => statistic === 't')) return ''
  const names: Readonly<Record<string, string>> = { satterthwaite: 'Satterthwaite', kr: 'Kenward and Roger' }
  const method = names[String(call.df)]
  return method === undefined ? '' : ` (t tests by ${method})`
}
const fixed4 = (x: number): string => formatFixed(x, 4)

function modelFacts(fit: FitRecord): [string, string][] {
  return [
    ['Formula', fit.formula],
    ['Family', `${fit.family}(${fit.link})`],
    ['Data', dataLine(fit)],
  ]
}

/** A gaussian model with identity link, in which nothing is approximated. */
const isLinear = (fit: FitRecord): boolean => fit.family === 'gaussian' && fit.link === 'identity'

/** Without random effects and with one residual variance, whose estimate is that of least squares. */
const isLeastSquares = ({ family, method, random, further }: FitRecord): boolean =>
  family === 'gaussian' &&
  method === 'ml' &&
  random.length === 0 &&
  further.every(({ fixed }) => fixed.length === 1 && fixed[0].name === '(Intercept)')

const modelName = (fit: FitRecord): string =>
  `${isLinear(fit) ? 'Linear' : 'Generalized linear'}${fit.random.length > 0 ? ' mixed' : ''} model`

function methodText(fit: FitRecord): string {
  if (isLeastSquares(fit)) return 'least squares'
  const criterion = fit.method === 'reml' ? 'restricted maximum likelihood' : 'maximum likelihood'
  if (fit.importance) return `${criterion} (importance sampling, ${fit.importance.draws} draws)`
  if (fit.nodes === null || isLinear(fit)) return criterion
  if (fit.nodes === 1) return `${criterion} (Laplace approximation)`
  return `${criterion} (adaptive Gauss-Hermite quadrature, ${[fit.nodes].flat().join(' and ')} nodes)`
}

function quantiles(q: FiveNumbers): Table {
  return table(
    ['Min', '1Q', 'Median', '3Q', 'Max'],
    [[q.min, q.q1, q.median, q.q3, q.max].map((x) => formatFixed(x, 4))],
  )
}

function dispersionBlocks(fit: FitRecord): Block[] {
  const rows = Object.entries(fit.dispersion).map(([name, { estimate, runsTo, se, lower, upper }]) => [
    name,
    runsTo ? naturalEnd(runsTo, estimate) : formatEstimate(estimate),
    ...[se, lower, upper].map(formatEstimate),
  ])
  const names = ['<', 'Estimate', 'Std. Error', ...limitNames(fit.intervals.level)]
  return rows.length === 0 ? [] : section('Dispersion', table(names, rows))
}

/** Where a natural value runs with its predictor: a probability to 0 or 1, any other to 0 or infinity. */
const naturalEnd = (runsTo: '-Inf' | 'Inf', estimate: number): string =>
  runsTo === '-Inf' ? '0' : estimate > 1 ? 'Inf' : '1'

/** Profile limits of the random effects' standard deviations and correlations. */
function randomLimitBlocks({ random, intervals }: FitRecord): Block[] {
  const rows = random.flatMap(({ group, names, sd, correlation, sdLimits, correlationLimits }) => {
    const row = (what: string, estimate: number, { lower, upper }: Limits): string[] => [
      group,
      what,
      ...[estimate, lower, upper].map(formatEstimate),
    ]
    const limited = ({ lower, upper }: Limits): boolean => lower !== null || upper !== null
    const deviations = (sdLimits ?? []).flatMap((limits, i) =>
      limited(limits) ? [row(`sd ${names[i]}`, sd[i], limits)] : [],
    )
    const correlations = (correlationLimits ?? []).flatMap((limits, i) =>
      limits
        .slice(0, i)
        .flatMap((pair, j) => (limited(pair) ? [row(`cor ${names[j]}, ${names[i]}`, correlation[i][j], pair)] : [])),
    )
    return [...deviations, ...correlations]
  })
  if (rows.length === 0) return []
  const head = ['<Group', '<', 'Estimate', ...limitNames(intervals.level)]
  return section('Profile intervals of the random effects', table(head, rows))
}

/** R-squared and intraclass correlation, on the scale of the link. */
function varianceBlocks({ varianceExplained: explained }: FitRecord): Block[] {
  if (!explained) return []
  const shares = [explained, ...(explained.latent ? [explained.latent] : [])]
  const names = ['observation level', 'latent']
  return section(
    'Variance explained',
    table(
      ['<residual', 'R2 marginal', 'R2 conditional', 'ICC'],
      shares.map(({ marginal, conditional, icc }, i) => [
        names[i],
        ...[marginal, conditional, icc].map((share) => formatFixed(share, 4)),
      ]),
    ),
  )
}

/** The certificate's estimate of the integration error, in one line of facts. */
function certificateBlocks(record: FitRecord): Block[] {
  const { certificate, uncertified } = record
  if (!certificate) return uncertified ? section('Integration error', facts([['No certificate', uncertified]])) : []
  const { nodes, rule, logLikError, maxShiftInSe, worstCluster, verdict } = certificate
  const count = typeof nodes === 'number' ? String(nodes) : (nodes ?? []).join(',')
  const against =
    nodes === null ? 'second-order expansion' : `against ${count} nodes${rule === 'finer' ? '' : `, a ${rule} rule`}`
  const { group, level, error } = worstCluster
  return section(
    'Integration error',
    facts([
      ['Verdict', verdict],
      ['Log-likelihood error', `${formatScientific(logLikError)} (${against})`],
      ['Largest shift of a parameter', `${formatShift(maxShiftInSe)} standard errors${ofWhich(record)}`],
      ['Worst cluster', `${group} ${level} (${formatScientific(error)})`],
    ]),
  )
}

/** Of which parameters the shift is reported: those without a finite maximum have no estimate that could move. */
function ofWhich({ fixed, further, random }: FitRecord): string {
  const all = [...fixed, ...further.flatMap((one) => one.fixed)]
  const runs = all.some(({ runsTo }) => runsTo) || random.some(({ runsTo }) => runsTo?.some((end) => end !== null))
  return runs ? ', of those that have a finite maximum' : ''
}

/** What the draws of importance sampling leave open. */
function importanceBlocks({ importance }: FitRecord): Block[] {
  if (!importance) return []
  const { draws, seed, logLikMcse, paretoK, effectiveDraws, maxMcseInSe } = importance
  return section(
    'Importance sampling',
    facts([
      ['Draws', `${draws} (seed ${seed}), worth ${Math.round(effectiveDraws)}`],
      ['Monte Carlo error of the log-likelihood', formatScientific(logLikMcse)],
      ['Largest Monte Carlo error of a parameter', `${formatShift(maxMcseInSe)} standard errors`],
      ['Pareto k of the weights', formatFixed(paretoK, 2)],
    ]),
  )
}

function rungBlocks(rungs: FitRecord['rungs']): Block[] {
  if (rungs === null) return []
  const rows = rungs.map((rung) => [
    rung.method,
    String(rung.nodes),
    formatFixed(rung.logLik, 7),
    rung.maxShiftInSe === null ? '' : formatShift(rung.maxShiftInSe),
  ])
  const notes = rungs.some(({ method }) => method === 'importance') ? ['nodes of importance: its draws'] : []
  return section('Rungs climbed', table(['<method', 'nodes', 'logLik', 'largest shift (SE)'], rows, ...notes))
}

function closing(fit: FitRecord): Block[] {
  return [
    ...modelBlocks(fit),
    ...warningBlocks(fit.warnings.filter(({ code }) => code !== 'MODEL')),
    heading('Convergence'),
    paragraph(convergenceLine(fit.convergence)),
  ]
}

function convergenceLine(c: Convergence): string {
  const work = [
    `largest gradient ${formatScientific(c.gradientNorm)}`,
    `${c.iterations} iterations`,
    `${c.evaluations} evaluations`,
    formatDuration(c.milliseconds),
  ].join(', ')
  const singular = c.singular ? ' Singular: a variance is estimated as zero.' : ''
  return `${c.converged ? 'Converged' : 'NOT CONVERGED'}: ${c.reason} (${work}).${singular}`
}
