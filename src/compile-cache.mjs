// Before everything else (`node --import`): what Node compiles, and the types it strips, are kept beside the packages for the next start, which then takes a
// fifth less of the processor's time and some 12 MB less memory. Where the folder can't be written, nothing happens.
import { enableCompileCache, flushCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url)))
// It is written at the end of the process; one that is killed should have been of use too.
setTimeout(flushCompileCache, 10_000).unref()
