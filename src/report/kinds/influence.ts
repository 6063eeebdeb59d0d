import type { InfluenceRecord } from '../../postestimation/influence-record.js'
import type { DocumentKind } from '../document-kind.js'
import { influence as shape } from '../after-fit-schemas.js'

export const influence: DocumentKind<InfluenceRecord> = {
  schema: 'glmm/influence@1',
  shape,
  document: async (record) => (await import('../influence-document.js')).influenceDocument(record),
}
