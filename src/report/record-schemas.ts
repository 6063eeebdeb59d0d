/**
 * JSON Schemas of the records that commands write and others read: the types of what a report, a prediction or a comparison
 * uses. Further properties are left alone, so that a record of a later version can still be read. Numbers may be null: JSON
 * has no other way to write one that does not exist.
 */
type Schema = Readonly<Record<string, unknown>>

const number: Schema = { type: ['number', 'null'] }
const count: Schema = { type: 'integer', minimum: 0 }
const text: Schema = { type: 'string', maxLength: 1_000_000 }
const flag: Schema = { type: 'boolean' }
const list = (items: Schema): Schema => ({ type: 'array', items })
const named = (items: Schema): Schema => ({ type: 'object', additionalProperties: items })
const oneOf = (...values: readonly string[]): Schema => ({ enum: values })
const maybe = (schema: Schema): Schema => ({ anyOf: [{ type: 'null' }, schema] })
/** An object with these properties; those whose names end in ? may be left out. */
function object(properties: Readonly<Record<string, Schema>>): Schema {
  const names = Object.keys(properties)
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name.replace(/\?$/, ''), properties[name]])),
    required: names.filter((name) => !name.endsWith('?')),
  }
}
const numbers = list(number)
const texts = list(text)
const table = list(numbers)

const warnings = list(object({ code: text, message: text }))
const limits = object({ lower: number, upper: number })
const call = { type: 'object' }
const heading = { version: text, call, warnings }
const model = { formula: text, family: text, link: text }

const coefficient = object({
  name: text,
  estimate: { type: 'number' },
  se: number,
  z: number,
  p: number,
  lower: number,
  upper: number,
})
const randomTerm = object({
  group: text,
  names: texts,
  sd: numbers,
  sdSe: numbers,
  correlation: table,
  'sdLimits?': maybe(list(limits)),
  'correlationLimits?': maybe(list(list(limits))),
})
const five = object({ min: number, q1: number, median: number, q3: number, max: number })
const nodes = { anyOf: [{ type: ['integer', 'null'] }, list({ type: 'integer' })] }
const share = object({
  marginal: number,
  conditional: number,
  icc: number,
  variances: object({ fixed: number, random: number, residual: number }),
})

const fit = object({
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
  'basis?': object({ levels: named(texts), numbers: named(numbers) }),
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

const total = object({ estimate: number, se: number })
const loo = object({
  unit: oneOf('row', 'cluster'),
  group: maybe(text),
  nodes,
  elpd: total,
  p: total,
  looic: total,
  mcse: number,
  maxParetoK: number,
  paretoKAbove: object({ '0.5': count, '0.7': count, '1': count }),
  pointwise: list(object({ name: text, elpd: number })),
  responseChecksum: text,
  warnings,
})
const quantiles = Object.fromEntries(['q2_5', 'q5', 'q25', 'q50', 'q75', 'q95', 'q97_5'].map((name) => [name, number]))
const posterior = object({
  ...heading,
  ...model,
  priors: texts,
  sampler: text,
  'samplerReason?': maybe(text),
  'nodes?': nodes,
  'logMarginalLikelihood?': number,
  'quadrature?': maybe(
    object({ grid: numbers, points: number, nodes, change: number, edgeWeight: number, settled: flag }),
  ),
  chains: count,
  warmup: count,
  draws: count,
  seed: count,
  nobs: count,
  'dropped?': count,
  summary: list(
    object({
      name: text,
      mean: number,
      sd: number,
      mcse: number,
      ...quantiles,
      rhat: number,
      essBulk: number,
      essTail: number,
    }),
  ),
  diagnostics: object({
    divergences: number,
    'divergenceLocation?': maybe(
      object({ name: text, median: number, medianOfOthers: number, probabilityAbove: number, z: number }),
    ),
    maxTreedepthHits: number,
    ebfmi: numbers,
    stepSize: numbers,
    acceptRate: numbers,
    warnings,
  }),
  timing: object({
    warmupSeconds: number,
    sampleSeconds: number,
    minEssPerSecond: object({ outer: number, all: number }),
  }),
  'loo?': maybe(loo),
  'looClusters?': maybe(loo),
  'waic?': maybe(object({ elpd: total, p: total, waic: total, highP: number, warnings })),
  'predictive?': maybe(
    object({
      of: oneOf('posterior', 'prior'),
      newLevels: flag,
      replicates: count,
      seed: count,
      scale: oneOf('response', 'proportion'),
      statistics: list(
        object({ name: text, observed: number, mean: number, sd: number, q2_5: number, q97_5: number, p: number }),
      ),
      distribution: object({ edges: numbers, observed: numbers, q2_5: numbers, q50: numbers, q97_5: numbers }),
      warnings,
    }),
  ),
})

const check = object({
  ...heading,
  ...model,
  nobs: count,
  'dropped?': count,
  groups: named(count),
  rungs: {
    minItems: 1,
    ...list(
      object({
        method: text,
        nodes,
        logLik: number,
        fixed: list(coefficient),
        random: list(randomTerm),
        maxShiftInSe: number,
        milliseconds: number,
      }),
    ),
  },
  posterior,
  comparison: list(
    object({
      parameter: text,
      laplace: number,
      best: number,
      se: number,
      shiftInSe: number,
      posteriorMean: number,
      posteriorSd: number,
      lower: number,
      upper: number,
      paretoK: number,
    }),
  ),
  ratios: list(
    object({
      kind: text,
      name: text,
      estimate: number,
      lower: number,
      upper: number,
      posteriorMedian: number,
      posteriorLower: number,
      posteriorUpper: number,
    }),
  ),
  clusters: list(object({ group: text, level: text, logLikError: number })),
  effects: list(
    object({
      group: text,
      level: text,
      name: text,
      mode: number,
      modeSd: number,
      mean: number,
      lower: number,
      upper: number,
    }),
  ),
  verdict: oneOf('adequate', 'inadequate', 'undetermined'),
  reasons: texts,
})

const compare = object({
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

const looCompare = object({
  ...heading,
  unit: oneOf('row', 'cluster'),
  group: maybe(text),
  units: count,
  models: list(object({ name: text, elpd: total, difference: total, unreliable: count })),
})

const value = maybe(object({ estimate: number, se: number, lower: number, upper: number }))
const predict = object({
  ...heading,
  ...model,
  kind: oneOf('population', 'conditional', 'average'),
  level: { type: 'number' },
  nobs: count,
  dropped: count,
  predictions: list(object({ row: count, linear: value, response: value, newLevels: texts })),
})

const simulate = object({
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

const study = object({
  ...heading,
  kind: text,
  seed: count,
  conditions: list({ type: 'object' }),
  replicates: number,
  measures: list({
    type: 'object',
    properties: { condition: count, parameter: text },
    required: ['condition', 'parameter'],
    additionalProperties: { type: ['number', 'string', 'null'] },
  }),
  findings: texts,
  rows: list(object({ condition: count, replicate: count, status: oneOf('ok', 'failed') })),
  execution: object({
    executor: text,
    workers: number,
    jobs: number,
    retried: number,
    milliseconds: number,
    rows: count,
    failed: count,
    'resumed?': number,
    'shard?': maybe(text),
    'log?': maybe(text),
    rowsHash: text,
  }),
})

/** By what a record says it is. */
export const recordSchemas: Readonly<Record<string, Schema>> = {
  'glmm/fit@1': fit,
  'glmm/posterior@1': posterior,
  'glmm/check@1': check,
  'glmm/compare@1': compare,
  'glmm/loo-compare@1': looCompare,
  'glmm/predict@1': predict,
  'glmm/simulate@1': simulate,
  'glmm/study@1': study,
}
