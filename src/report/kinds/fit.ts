import type { FitRecord } from '../../fit/record/fit-record.js'
import type { DocumentKind } from '../document-kind.js'
import { fit as shape } from '../fit-schemas.js'

export const fit: DocumentKind<FitRecord> = {
  schema: 'glmm/fit@1',
  shape,
  document: async (record) => (await import('../fit-document.js')).fitDocument(record),
}
