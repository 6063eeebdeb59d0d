import {
  count,
  flag,
  heading,
  list,
  maybe,
  model,
  number,
  numbers,
  object,
  oneOf,
  type Schema,
  text,
  texts,
} from './schema-parts.js'

const value: Schema = { type: ['string', 'number'] }
const estimate = { estimate: number, se: number, df: number, lower: number, upper: number }
const tested = { ...estimate, statistic: number, p: number }

export const means: Schema = object({
  ...heading,
  ...model,
  average: oneOf('zero', 'population', 'modes'),
  scale: oneOf('link', 'response'),
  component: text,
  of: texts,
  by: texts,
  averagedOver: list(object({ name: text, values: list(value) })),
  weights: oneOf('equal', 'proportional'),
  level: number,
  grid: list(object({ ...estimate, asked: flag })),
  contrasts: maybe(list(object({ contrast: text, kind: text, ...tested, pAdjusted: number }))),
  adjust: maybe(text),
})

export const effects: Schema = object({
  ...heading,
  ...model,
  kind: oneOf('difference', 'ratio', 'lnor', 'slope'),
  average: oneOf('zero', 'population'),
  component: text,
  over: oneOf('sample', 'grid', 'table'),
  rows: count,
  level: number,
  effects: list(object({ variable: text, contrast: text, ...tested })),
})

const joint = { statistic: oneOf('F', 'chisq'), value: number, df: count, dfDenominator: number, p: number }
const ratio = list(
  object({ dropped: text, logLik: number, chiSquare: number, df: count, p: number, boundaryP: number }),
)

export const test: Schema = object({
  ...heading,
  ...model,
  type: { enum: [2, 3] },
  terms: list(object({ term: text, ...joint })),
  random: maybe(ratio),
  dropped: maybe(ratio),
  hypotheses: list(object({ hypothesis: text, ...tested })),
  joint: maybe(object(joint)),
})

export const influence: Schema = object({
  ...heading,
  ...model,
  cluster: text,
  parameters: texts,
  left: list(
    object({
      level: text,
      rows: count,
      estimates: numbers,
      dfbetas: numbers,
      cook: number,
      cookAll: number,
      oneStep: maybe(numbers),
      changes: texts,
      converged: flag,
    }),
  ),
})
