import type { TestRecord } from '../../postestimation/test-record.js'
import type { DocumentKind } from '../document-kind.js'
import { test as shape } from '../after-fit-schemas.js'

export const test: DocumentKind<TestRecord> = {
  schema: 'glmm/test@1',
  shape,
  document: async (record) => (await import('../test-document.js')).testDocument(record),
}
