import type { Engine } from './engine/engine.js'
import { fixedOnly } from './fixed/fixed-engine.js'
import { gaussianEngine } from './gaussian/gaussian-engine.js'
import { nestedEngine } from './nested/nested-engine.js'
import { scalarEngine } from './scalar/scalar-engine.js'
import { sparseEngine } from './general/sparse-engine.js'
import { vectorEngine } from './vector/vector-engine.js'

/** Any family, by the structure of its random effects. The last takes any. */
const ofStructure: readonly Engine[] = [vectorEngine, nestedEngine, sparseEngine]

/** All engines: the first that binds a model integrates its random effects. */
export const engines: readonly Engine[] = [fixedOnly, scalarEngine, gaussianEngine(ofStructure), ...ofStructure]
