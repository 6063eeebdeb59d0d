import type { Covariance } from './covariance.js'
import { unstructured } from './unstructured.js'

export const covariances: readonly Covariance[] = [unstructured]
