/**
 * How many times longer than promised something may take in a test.
 *
 * Owns: the factor: none in the long form, which has the machine for itself; ten in `npm test`, where many tests share a
 * machine that may be slow: there a time beyond its bound tells something of the machine, and ten times beyond, of the product.
 * Does not own: the bounds.
 */
export const PATIENCE = process.env['COWRITE_LONG'] === '1' ? 1 : 10
