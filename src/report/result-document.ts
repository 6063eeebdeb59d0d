import type { CheckRecord } from '../check/check-record.js'
import type { LooCompareRecord } from '../draws/loo-compare.js'
import type { PosteriorRecord } from '../draws/posterior-record.js'
import type { CompareRecord } from '../fit/compare-record.js'
import type { FitRecord } from '../fit/fit-record.js'
import type { PredictRecord } from '../fit/predict-record.js'
import type { SimulateRecord } from '../fit/simulate-record.js'
import { predictiveSvg } from '../plot/predictive-svg.js'
import type { StudyRecord } from '../study/study-record.js'
import { checkDocument } from './check-document.js'
import { type CheckFigures, checkFigures } from './check-figures.js'
import { compareDocument } from './compare-document.js'
import type { Document } from './document.js'
import { fitDocument } from './fit-document.js'
import { looCompareDocument } from './loo-compare-document.js'
import { type PosteriorFigures, posteriorDocument } from './posterior-document.js'
import { predictDocument } from './predict-document.js'
import { simulateDocument } from './simulate-document.js'
import { studyDocument, studyFigures } from './study-document.js'

/** Any record that a document can be made of. */
export type ResultRecord =
  | FitRecord
  | PosteriorRecord
  | CheckRecord
  | CompareRecord
  | LooCompareRecord
  | PredictRecord
  | SimulateRecord
  | StudyRecord

/** The document of a record, whichever it is, with its figures where there are some. */
export function resultDocument(record: ResultRecord, figures: Figures = {}): Document {
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
    case 'glmm/study@1':
      return studyDocument(record, figures.study)
  }
}

/** Pictures of the records that have some. */
export interface Figures {
  readonly check?: CheckFigures
  readonly posterior?: PosteriorFigures
  readonly study?: readonly string[]
}

/** The same with its pictures drawn as SVG, for HTML. */
export async function illustratedDocument(record: ResultRecord): Promise<Document> {
  return resultDocument(record, await figuresOf(record))
}

async function figuresOf(record: ResultRecord): Promise<Figures> {
  if (record.schema === 'glmm/check@1') return { check: await checkFigures(record) }
  if (record.schema === 'glmm/study@1') return { study: await studyFigures(record) }
  if (record.schema !== 'glmm/posterior@1' || !record.predictive) return {}
  const { distribution, of, scale } = record.predictive
  const title = of === 'prior' ? 'Prior predictive check' : 'Posterior predictive check'
  return { posterior: { predictive: await predictiveSvg(distribution, { title, axis: scale }) } }
}
