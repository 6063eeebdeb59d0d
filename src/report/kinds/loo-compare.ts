import type { LooCompareRecord } from '../../draws/answers/loo-compare.js'
import type { DocumentKind } from '../document-kind.js'
import { looCompare as shape } from '../posterior-schemas.js'

export const looCompare: DocumentKind<LooCompareRecord> = {
  schema: 'glmm/loo-compare@1',
  shape,
  document: async (record) => (await import('../loo-compare-document.js')).looCompareDocument(record),
}
