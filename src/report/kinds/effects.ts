import type { EffectsRecord } from '../../postestimation/effects-record.js'
import type { DocumentKind } from '../document-kind.js'
import { effects as shape } from '../after-fit-schemas.js'

export const effects: DocumentKind<EffectsRecord> = {
  schema: 'glmm/effects@1',
  shape,
  document: async (record) => (await import('../effects-document.js')).effectsDocument(record),
}
