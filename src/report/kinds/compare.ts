import type { CompareRecord } from '../../fit/compare/compare-record.js'
import type { DocumentKind } from '../document-kind.js'
import { compare as shape } from '../fit-schemas.js'

export const compare: DocumentKind<CompareRecord> = {
  schema: 'glmm/compare@1',
  shape,
  document: async (record) => (await import('../compare-document.js')).compareDocument(record),
}
