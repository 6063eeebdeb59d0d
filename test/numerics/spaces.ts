import { assemblySpace, heap, shared, type Space } from '../../src/numerics/space.js'

/** All kinds of memory that arrays can lie in. */
export const spaces: readonly (readonly [name: string, space: Space])[] = [
  ['heap', heap],
  ['shared', shared],
  ['assembly', assemblySpace()],
]
