import type { CheckRecord } from '../../check/check-record.js'
import type { DocumentKind } from '../document-kind.js'
import { check as shape } from '../posterior-schemas.js'

export const check: DocumentKind<CheckRecord> = {
  schema: 'glmm/check@1',
  shape,
  document: async (record) => (await import('../check-document.js')).checkDocument(record),
  illustrated: async (record) => {
    const [{ checkDocument }, { checkFigures }] = await Promise.all([
      import('../check-document.js'),
      import('../check-figures.js'),
    ])
    return checkDocument(record, await checkFigures(record))
  },
}
