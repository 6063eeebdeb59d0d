/**
 * The file a worker thread starts from. Built, this file is in a folder of `dist`, be it as a part of another file.
 * Node cannot start a thread from TypeScript, so when this file itself runs from source (in tests) it is the built
 * worker of the same checkout.
 */
export function workerEntry(): URL {
  const here = import.meta.url
  return new URL(here.endsWith('.ts') ? '../dist/workers/worker.js' : '../workers/worker.js', here)
}
