import type { MeansRecord } from '../../postestimation/means-record.js'
import type { DocumentKind } from '../document-kind.js'
import { means as shape } from '../after-fit-schemas.js'

export const means: DocumentKind<MeansRecord> = {
  schema: 'glmm/means@1',
  shape,
  document: async (record) => (await import('../means-document.js')).meansDocument(record),
}
