import type { PredictRecord } from '../../fit/predict/predict-record.js'
import type { DocumentKind } from '../document-kind.js'
import { predict as shape } from '../fit-schemas.js'

export const predict: DocumentKind<PredictRecord> = {
  schema: 'glmm/predict@1',
  shape,
  document: async (record) => (await import('../predict-document.js')).predictDocument(record),
}
