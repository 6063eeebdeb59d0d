import type { Model } from '../../data/model.js'
import { responseChecksum } from '../../data/response-checksum.js'
import { observations } from '../../data/response-rows.js'
import type { Warning } from '../../errors.js'
import { version } from '../../version.js'
import type { FitHeading } from './fit-record.js'

/** What the record of any fit of a model begins with. */
export const fitHeading = (
  model: Model,
  call: FitHeading['call'],
  { method, nodes, groups }: Pick<FitHeading, 'method' | 'nodes' | 'groups'>,
  warnings: readonly Warning[],
): FitHeading => ({
  schema: 'glmm/fit@1',
  version,
  call,
  formula: model.formula,
  family: model.family,
  link: model.link,
  nobs: observations(model),
  dropped: model.dropped,
  responseChecksum: responseChecksum(model.response),
  warnings: [...model.warnings, ...warnings],
  method,
  nodes,
  groups,
})
