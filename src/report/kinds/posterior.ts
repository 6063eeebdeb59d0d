import type { PosteriorRecord } from '../../draws/answers/posterior-record.js'
import type { DocumentKind } from '../document-kind.js'
import { posterior as shape } from '../posterior-schemas.js'

export const posterior: DocumentKind<PosteriorRecord> = {
  schema: 'glmm/posterior@1',
  shape,
  document: async (record) => (await import('../posterior-document.js')).posteriorDocument(record),
  illustrated: async (record) => {
    const { posteriorDocument } = await import('../posterior-document.js')
    if (!record.predictive) return posteriorDocument(record)
    const { distribution, of, scale } = record.predictive
    const { predictiveSvg } = await import('../../plot/predictive-svg.js')
    const title = of === 'prior' ? 'Prior predictive check' : 'Posterior predictive check'
    return posteriorDocument(record, { predictive: await predictiveSvg(distribution, { title, axis: scale }) })
  },
}
