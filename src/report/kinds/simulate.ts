import type { SimulateRecord } from '../../fit/predict/simulate-record.js'
import type { DocumentKind } from '../document-kind.js'
import { simulate as shape } from '../fit-schemas.js'

export const simulate: DocumentKind<SimulateRecord> = {
  schema: 'glmm/simulate@1',
  shape,
  document: async (record) => (await import('../simulate-document.js')).simulateDocument(record),
}
