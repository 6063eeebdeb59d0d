import type { CheckRecord } from '../check/check-record.js'
import type { PosteriorRecord } from '../draws/posterior-record.js'
import type { CompareRecord } from '../fit/compare-record.js'
import type { FitRecord } from '../fit/fit-record.js'
import type { PredictRecord } from '../fit/predict-record.js'
import type { SimulateRecord } from '../fit/simulate-record.js'
import type { StudyRecord } from '../study/study-record.js'
import { checkDocument } from './check-document.js'
import { type CheckFigures, checkFigures } from './check-figures.js'
import { compareDocument } from './compare-document.js'
import type { Document } from './document.js'
import { fitDocument } from './fit-document.js'
import { posteriorDocument } from './posterior-document.js'
import { predictDocument } from './predict-document.js'
import { simulateDocument } from './simulate-document.js'
import { studyDocument } from './study-document.js'

/** Any record that a document can be made of. */
export type ResultRecord =
  | FitRecord
  | PosteriorRecord
  | CheckRecord
  | CompareRecord
  | PredictRecord
  | SimulateRecord
  | StudyRecord

/** The document of a record, whichever it is. `figures` go into that of a check. */
export function resultDocument(record: ResultRecord, figures?: CheckFigures): Document {
  switch (record.schema) {
    case 'glmm/fit@1':
      return fitDocument(record)
    case 'glmm/posterior@1':
      return posteriorDocument(record)
    case 'glmm/check@1':
      return checkDocument(record, figures)
    case 'glmm/compare@1':
      return compareDocument(record)
    case 'glmm/predict@1':
      return predictDocument(record)
    case 'glmm/simulate@1':
      return simulateDocument(record)
    case 'glmm/study@1':
      return studyDocument(record)
  }
}

/** The same with its pictures drawn as SVG, for HTML. */
export async function illustratedDocument(record: ResultRecord): Promise<Document> {
  return resultDocument(record, record.schema === 'glmm/check@1' ? await checkFigures(record) : undefined)
}
