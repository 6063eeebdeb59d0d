import type { CheckRecord } from '../check/check-record.js'
import type { LooCompareRecord } from '../draws/answers/loo-compare.js'
import type { PosteriorRecord } from '../draws/answers/posterior-record.js'
import type { CompareRecord } from '../fit/compare/compare-record.js'
import type { FitRecord } from '../fit/record/fit-record.js'
import type { PredictRecord } from '../fit/predict/predict-record.js'
import type { SimulateRecord } from '../fit/predict/simulate-record.js'
import type { StudyRecord } from '../study/spec/study-record.js'
import { checkDocument } from './check-document.js'
import type { CheckFigures } from './check-figures.js'
import { compareDocument } from './compare-document.js'
import type { Document } from './document.js'
import { fitDocument } from './fit-document.js'
import { looCompareDocument } from './loo-compare-document.js'
import { type PosteriorFigures, posteriorDocument } from './posterior-document.js'
import { predictDocument } from './predict-document.js'
import { simulateDocument } from './simulate-document.js'

/** Any record about one model, or a comparison, that a document can be made of. */
export type ModelRecord =
  | FitRecord
  | PosteriorRecord
  | CheckRecord
  | CompareRecord
  | LooCompareRecord
  | PredictRecord
  | SimulateRecord

/** Any record that a document can be made of. */
export type ResultRecord = ModelRecord | StudyRecord

/** The document of a record, whichever it is. What studies need is loaded for a study alone: it takes as long as a fit. */
export async function documentOf(record: ResultRecord): Promise<Document> {
  if (record.schema !== 'glmm/study@1') return resultDocument(record)
  return (await import('./study-document.js')).studyDocument(record)
}

/** The document of a record about one model, with its figures where there are some. */
export function resultDocument(record: ModelRecord, figures: Figures = {}): Document {
  switch (record.schema) {
    case 'glmm/fit@1':
      return fitDocument(record)
    case 'glmm/posterior@1':
      return posteriorDocument(record, figures.posterior)
    case 'glmm/check@1':
      return checkDocument(record, figures.check)
    case 'glmm/compare@1':
      return compareDocument(record)
    case 'glmm/loo-compare@1':
      return looCompareDocument(record)
    case 'glmm/predict@1':
      return predictDocument(record)
    case 'glmm/simulate@1':
      return simulateDocument(record)
  }
}

/** Pictures of the records that have some. */
export interface Figures {
  readonly check?: CheckFigures
  readonly posterior?: PosteriorFigures
}

/** The same with its pictures drawn as SVG, for HTML. */
export async function illustratedDocument(record: ResultRecord): Promise<Document> {
  if (record.schema === 'glmm/study@1') {
    const { studyDocument, studyFigures } = await import('./study-document.js')
    return studyDocument(record, await studyFigures(record))
  }
  return resultDocument(record, await figuresOf(record))
}

async function figuresOf(record: ModelRecord): Promise<Figures> {
  if (record.schema === 'glmm/check@1')
    return { check: await (await import('./check-figures.js')).checkFigures(record) }
  if (record.schema !== 'glmm/posterior@1' || !record.predictive) return {}
  const { distribution, of, scale } = record.predictive
  const { predictiveSvg } = await import('../plot/predictive-svg.js')
  const title = of === 'prior' ? 'Prior predictive check' : 'Posterior predictive check'
  return { posterior: { predictive: await predictiveSvg(distribution, { title, axis: scale }) } }
}
