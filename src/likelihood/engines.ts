import type { Engine } from './engine/engine.js'
import { fixedOnly } from './fixed/fixed-engine.js'
import { nestedEngine } from './nested/nested-engine.js'
import { scalarEngine } from './scalar/scalar-engine.js'
import { sparseEngine } from './general/sparse-engine.js'
import { vectorEngine } from './vector/vector-engine.js'

/** All engines: the first that binds a model integrates its random effects. The last takes any. */
export const engines: readonly Engine[] = [fixedOnly, scalarEngine, vectorEngine, nestedEngine, sparseEngine]
