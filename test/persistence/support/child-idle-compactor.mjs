// Compacts once and does not close: the process must end by itself all the same.
import { Compactor } from '@cowrite/persistence'

const { through } = await new Compactor().compact(undefined, [{ sequence: 5, update: Uint8Array.of(0, 0) }])
console.log(`compacted ${through}`)
