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
  warnings,
} from './schema-parts.js'

/** Schemas of records of posteriors, and of what is made of posteriors. */
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

const chance = object({ probability: number, mcse: number })
const parameter = object({
  name: text,
  mean: number,
  sd: number,
  mcse: number,
  ...quantiles,
  rhat: number,
  essBulk: number,
  essTail: number,
})

export const posterior: Schema = object({
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
  summary: list(parameter),
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
  'hypotheses?': maybe(
    list(
      object({
        hypothesis: text,
        summary: parameter,
        comparison: maybe(object({ probability: number, mcse: number, ess: number, evidenceRatio: number })),
      }),
    ),
  ),
  'ranks?': maybe(
    list(
      object({
        group: text,
        name: text,
        predictor: text,
        levels: list(
          object({
            level: text,
            mean: number,
            q2_5: number,
            q50: number,
            q97_5: number,
            highest: chance,
            lowest: chance,
          }),
        ),
        pairwise: maybe(table),
      }),
    ),
  ),
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

export const check: Schema = object({
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

export const looCompare: Schema = object({
  ...heading,
  unit: oneOf('row', 'cluster'),
  group: maybe(text),
  units: count,
  models: list(object({ name: text, elpd: total, difference: total, unreliable: count })),
})
