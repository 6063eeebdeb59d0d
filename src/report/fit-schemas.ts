import {
  type Schema,
  coefficient,
  count,
  flag,
  heading,
  list,
  maybe,
  model,
  named,
  nodes,
  number,
  numbers,
  object,
  oneOf,
  randomTerm,
  table,
  text,
  texts,
} from './schema-parts.js'

/** Schemas of records of fits, and of what is made of fits. */
const five = object({ min: number, q1: number, median: number, q3: number, max: number })

const share = object({
  marginal: number,
  conditional: number,
  icc: number,
  variances: object({ fixed: number, random: number, residual: number }),
})

export const fit: Schema = object({
  ...heading,
  ...model,
  method: oneOf('ml', 'reml', 'glm'),
  nodes,
  nobs: count,
  'dropped?': count,
  'responseChecksum?': maybe(text),
  groups: named(count),
  logLik: number,
  'deviance?': number,
  'aic?': number,
  'bic?': number,
  df: count,
  'dfResidual?': { type: 'integer' },
  fixed: list(coefficient),
  'further?': list(object({ predictor: text, fixed: list(coefficient) })),
  'aliased?': texts,
  'fixedCovariance?': table,
  'parameters?': object({ estimate: list({ type: 'number' }), covariance: maybe(table) }),
  'basis?': object({
    levels: named(texts),
    numbers: named(numbers),
    'columns?': maybe(texts),
    'contrasts?': maybe(named(text)),
  }),
  random: list(randomTerm),
  'dispersion?': named(object({ estimate: number, se: number })),
  'intervals?': object({ method: oneOf('wald', 'profile'), level: { type: 'number' } }),
  'varianceExplained?': maybe({ allOf: [share, object({ latent: maybe(share) })] }),
  'modes?': list(object({ group: text, level: text, name: text, mode: number, sd: number })),
  'residuals?': object({ 'pearson?': maybe(five), 'deviance?': maybe(five), 'quantile?': maybe(five) }),
  'certificate?': maybe(
    object({
      method: text,
      nodes,
      logLikError: number,
      maxShiftInSe: number,
      worstCluster: maybe(object({ group: text, level: text, error: number })),
      verdict: text,
    }),
  ),
  'importance?': maybe(
    object({
      draws: count,
      seed: count,
      logLikMcse: number,
      paretoK: number,
      effectiveDraws: number,
      maxMcseInSe: number,
    }),
  ),
  'rungs?': maybe(list(object({ method: text, nodes, logLik: number, maxShiftInSe: number }))),
  'nullDeviance?': number,
  'dfNull?': number,
  'residualDeviance?': number,
  'iterations?': number,
  convergence: object({
    converged: flag,
    reason: text,
    'gradientNorm?': number,
    'iterations?': number,
    'evaluations?': number,
    singular: flag,
    'milliseconds?': number,
  }),
})

export const compare: Schema = object({
  ...heading,
  nobs: count,
  models: list(
    object({
      name: text,
      ...model,
      method: text,
      nodes,
      df: count,
      logLik: number,
      deviance: number,
      aic: number,
      bic: number,
      deltaAic: number,
      weight: number,
      test: maybe(
        object({
          against: text,
          nested: flag,
          chiSquare: number,
          dfDifference: number,
          p: number,
          variances: texts,
          boundaryP: number,
          notes: texts,
        }),
      ),
    }),
  ),
})

const value = maybe(object({ estimate: number, se: number, lower: number, upper: number }))

export const predict: Schema = object({
  ...heading,
  ...model,
  kind: oneOf('population', 'conditional', 'average'),
  level: { type: 'number' },
  nobs: count,
  dropped: count,
  predictions: list(object({ row: count, linear: value, response: value, newLevels: texts })),
})

export const simulate: Schema = object({
  ...heading,
  ...model,
  nobs: count,
  dropped: count,
  seed: count,
  conditional: flag,
  response: text,
  trials: maybe(numbers),
  replicates: list(numbers),
})
