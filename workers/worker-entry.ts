/**
 * The file a worker thread starts from: beside this one when built. Node cannot start a thread from TypeScript,
 * so when this file itself runs from source (in tests) it is the built worker of the same checkout.
 */
export function workerEntry(): URL {
  const here = import.meta.url
  return new URL(here.endsWith('.ts') ? '../dist/workers/worker.js' : './worker.js', here)
}
