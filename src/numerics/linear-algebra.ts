/**
 * Dense algebra for what is set up once: never in a loop over rows or draws. The build bundles this file with what it imports,
 * so that Node need not read all of ml-matrix at the start of a fit, and a browser finds it; nothing else names ml-matrix.
 */
export { EigenvalueDecomposition, Matrix } from 'ml-matrix'
