// A worker thread that knows the tasks of the tests. It serves them with the built package (npm test builds first).
import { serve } from '../../dist/workers/serve.js'
import { tasks } from './test-tasks.mjs'

serve(tasks)
